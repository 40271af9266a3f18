/** Which words of a script the shell changes before a program gets them. */
import type { Node } from "mvdan-sh";
import { grammar } from "./grammar.ts";
import { isNode, nodesIn, sourceSlices, textIn, wordText } from "./words.ts";

/**
 * Programs that are given a word which is not the text that stands there: `$x`, `$(...)`, `{a,b}`, a
 * pattern of file names. null: not readable as shell, or a program's own
 * name is such a word, or a variable's value may be run: bash looks for `$( )` in what it calculates with.
 */
export function programsOfExpansions(script: string): ReadonlySet<string> | null {
  const source = script.replace(/\p{Surrogate}/gu, "\uFFFD");
  try {
    const found = new Set<string>();
    let hidden = false;
    const slice = sourceSlices(source);
    const textOf = (node: Node): string => slice(node.Pos().Offset(), node.End().Offset());
    grammar().Walk(grammar().NewParser().Parse(source, ""), (node) => {
      if (node === null) return true;
      const kind = grammar().NodeType(node);
      if (CALCULATES.has(kind)) hidden ||= kind !== "ArithmExp" || /[A-Za-z_]/.test(textOf(node));
      if (kind === "ParamExp") hidden ||= !PLAIN.test(textOf(node));
      if (kind !== "CallExpr") return true;
      const [program, ...args] = nodesIn(node["Args"]);
      if (program === undefined) return true;
      if (!isLiteral(program)) hidden = true;
      if (!args.every(isLiteral)) found.add(wordText(program, slice, []));
      return true;
    });
    return hidden ? null : found;
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------------------------------------

const CALCULATES: ReadonlySet<string> = new Set([
  "ArithmExp",
  "ArithmCmd",
  "LetClause",
  "CStyleLoop",
]);
/** `$x`, `${x}`, `${x[@]}`, `${x:-word}`, `${x%.py}`; not `${!x}`, `${x@P}`, `${x[i]}`, `${x:i}`. */
const PLAIN =
  /^\$(?:\w+|[?#@*$!-]|\{#?\w+(?:\[[@*]\])?(?:(?::?[-+=?]|##?|%%?|\/\/?|\^\^?|,,?)[^{}[\]]*)?\})$/;

function isLiteral(word: Node): boolean {
  return nodesIn(word["Parts"]).every((part) => {
    switch (grammar().NodeType(part)) {
      case "Lit":
        // `{}` alone is what find and xargs put a name for.
        return !/[*?]|\[[^\]]*\]|\{[^}]*(?:,|\.\.)/.test(textIn(part, "Value"));
      case "SglQuoted":
        return true;
      case "DblQuoted":
        return nodesIn(part["Parts"]).every(
          (inner) => isNode(inner) && grammar().NodeType(inner) === "Lit",
        );
      default:
        return false;
    }
  });
}
