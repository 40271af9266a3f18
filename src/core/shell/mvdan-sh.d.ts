/**
 * The part of mvdan-sh 0.10.1 that the shell reader uses; the package ships no types. It is Go made
 * JavaScript: every field read wraps an object anew, so a field is read once and kept.
 * `Pos().Offset()` counts UTF-8 bytes. Nodes are the structs of mvdan.cc/sh/v3/syntax.
 */
declare module "mvdan-sh" {
  export type Position = { Offset(): number; Line(): number; Col(): number };

  /** Any syntax node. Which fields are there is told by `NodeType`. */
  export type Node = {
    Pos(): Position;
    End(): Position;
    readonly [field: string]: unknown;
  };

  export type Parser = { Parse(source: string, name: string): Node };

  const sh: {
    readonly syntax: {
      NewParser(): Parser;
      /** "CallExpr", "BinaryCmd" ... */
      NodeType(node: Node): string;
      /** Visits the node and what is below it, parents first; false: not below this one. */
      Walk(node: Node, visit: (node: Node | null) => boolean): void;
    };
  };
  export default sh;
}
