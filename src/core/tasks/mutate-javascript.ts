/**
 * Places in JavaScript where one change of the syntax tree makes a plausible fault; programs/mutate.py is the
 * same for Python. Parsing runs nothing of the file.
 */
import { parse, type AnyNode } from "acorn";
import type { Mutation } from "../../records/gym-task.ts";

/** In the order of the file; [] for what does not parse, as script or as module. */
export function javascriptPlaces(file: string, text: string): Mutation[] {
  const tree = parsed(text);
  if (tree === null) return [];
  const found: Mutation[] = [];
  const add = (operator: string, start: number, end: number, after: string): void => {
    const before = text.slice(start, end);
    const line = text.slice(0, start).split("\n").length;
    if (!before.includes("\n") && before !== after)
      found.push({ file, line, start, end, before, after, operator });
  };
  walk(tree, (node) => placesOf(node, text, add));
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

// ---------------------------------------------------------------------------------------------

type Add = (operator: string, start: number, end: number, after: string) => void;

const SWAPS: Readonly<Record<string, readonly [kind: string, after: string]>> = {
  "<": ["comparison", "<="],
  "<=": ["comparison", "<"],
  ">": ["comparison", ">="],
  ">=": ["comparison", ">"],
  "==": ["comparison", "!="],
  "!=": ["comparison", "=="],
  "===": ["comparison", "!=="],
  "!==": ["comparison", "==="],
  "&&": ["boolean", "||"],
  "||": ["boolean", "&&"],
  "-": ["arithmetic", "+"],
  "*": ["arithmetic", "/"],
  "/": ["arithmetic", "*"],
  "%": ["arithmetic", "*"],
  "<<": ["arithmetic", ">>"],
  ">>": ["arithmetic", "<<"],
  "&": ["arithmetic", "|"],
  "|": ["arithmetic", "&"],
  "+=": ["assignment", "-="],
  "-=": ["assignment", "+="],
};

function placesOf(node: AnyNode, text: string, add: Add): void {
  if (isOperation(node)) {
    const swap = SWAPS[node.operator];
    const at = text.indexOf(node.operator, node.left.end);
    // Brackets may stand between; a comment may hold the same characters.
    const gap = text.slice(node.left.end, node.right.start);
    if (swap !== undefined && !gap.includes("/*") && !gap.includes("//"))
      add(swap[0], at, at + node.operator.length, swap[1]);
  } else if (node.type === "UnaryExpression" && node.operator === "!") {
    add("negation", node.start, node.end, said(node.argument, text));
  } else if (node.type === "UpdateExpression") {
    const at = node.prefix ? node.start : node.end - 2;
    add("assignment", at, at + 2, node.operator === "++" ? "--" : "++");
  } else if (node.type === "IfStatement" || node.type === "ConditionalExpression") {
    add("condition", node.test.start, node.test.end, `!(${said(node.test, text)})`);
  } else if (node.type === "Literal") {
    if (typeof node.value === "boolean") add("constant", node.start, node.end, `${!node.value}`);
    else if (/^\d+$/.test(node.raw ?? ""))
      add("constant", node.start, node.end, String(Number(node.raw) + 1));
  } else if (node.type === "ReturnStatement") {
    if (node.argument != null && said(node.argument, text) !== "undefined")
      add("return", node.argument.start, node.argument.end, "undefined");
  } else if (node.type === "BreakStatement" && node.label == null) {
    add("loop", node.start, node.start + "break".length, "continue");
  } else if (node.type === "ContinueStatement" && node.label == null) {
    add("loop", node.start, node.start + "continue".length, "break");
  } else if (node.type === "CallExpression") {
    const [one, two] = node.arguments;
    if (one === undefined || two === undefined) return;
    if (one.type === "SpreadElement" || two.type === "SpreadElement") return;
    if (text.slice(one.end, two.start) === ", ")
      add("arguments", one.start, two.end, `${said(two, text)}, ${said(one, text)}`);
  } else if (node.type === "ExpressionStatement" && node.expression.type === "CallExpression") {
    add("statement", node.expression.start, node.expression.end, "void 0");
  }
}

function isOperation(
  node: AnyNode,
): node is Extract<
  AnyNode,
  { type: "BinaryExpression" | "LogicalExpression" | "AssignmentExpression" }
> {
  return ["BinaryExpression", "LogicalExpression", "AssignmentExpression"].includes(node.type);
}

const said = (node: { start: number; end: number }, text: string): string =>
  text.slice(node.start, node.end);

function parsed(text: string): AnyNode | null {
  for (const sourceType of ["script", "module"] as const) {
    try {
      return parse(text, { ecmaVersion: "latest", sourceType, allowHashBang: true });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return null;
}

/** Every node of the tree, by the fields that hold nodes. */
function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node);
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) walk(child, visit);
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}
