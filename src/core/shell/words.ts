/** A shell word as text: quotes and backslashes removed, expansions left as they are written. */
import type { Node } from "mvdan-sh";
import { grammar } from "./grammar.ts";

/** The source between two byte offsets. */
export type Slice = (start: number, end: number) => string;

/** The parser counts UTF-8 bytes, strings count UTF-16 units: for plain ASCII they are the same. */
export function sourceSlices(source: string): Slice {
  if (/^[\x00-\x7f]*$/.test(source)) return (start, end) => source.slice(start, end);
  const bytes = new TextEncoder().encode(source);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return (start, end) => decoder.decode(bytes.subarray(start, end));
}

/** Text of a word. Parts that may hold commands (substitutions, expansions) are added to `inner`. */
export function wordText(word: Node, slice: Slice, inner: Node[]): string {
  let text = "";
  for (const part of nodesIn(word["Parts"])) text += partText(part, slice, inner);
  return text;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "Pos" in value;
}

/** The nodes of a list field; [] for a field that is not there. */
export function nodesIn(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function textIn(node: Node, field: string): string {
  const value = node[field];
  return typeof value === "string" ? value : "";
}

// ---------------------------------------------------------------------------------------------

function partText(part: Node, slice: Slice, inner: Node[]): string {
  switch (grammar().NodeType(part)) {
    case "Lit":
      return textIn(part, "Value").replace(/\\([\s\S])/g, unescapeBare);
    case "SglQuoted": {
      const value = textIn(part, "Value");
      return part["Dollar"] === true ? value.replace(/\\([\s\S])/g, unescapeAnsi) : value;
    }
    case "DblQuoted": {
      let text = "";
      for (const node of nodesIn(part["Parts"])) {
        text +=
          grammar().NodeType(node) === "Lit"
            ? textIn(node, "Value").replace(/\\([\\"$`\n])/g, unescapeBare)
            : partText(node, slice, inner);
      }
      return text;
    }
    default:
      inner.push(part);
      return slice(part.Pos().Offset(), part.End().Offset());
  }
}

const unescapeBare = (_: string, char: string): string => (char === "\n" ? "" : char);

const ANSI: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'" };
const unescapeAnsi = (whole: string, char: string): string => ANSI[char] ?? whole;
