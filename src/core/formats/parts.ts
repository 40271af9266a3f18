/**
 * Contents that come in parts: text, reasoning, calls and results, as Anthropic, OpenAI and those after
 * them name their blocks. A kind that is not known is counted by its name.
 */
import type { RunCall } from "./run.ts";
import { argumentsOf, isRecord, listOf, recordOf, textOf, type Raw } from "./values.ts";

export type Result = {
  readonly id: string;
  readonly text: string;
  readonly isError: boolean;
  readonly name?: string | undefined;
};

export type Parts = {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly RunCall[];
  readonly results: readonly Result[];
};

type Drop = (reason: string) => void;

/** A content of any shape. Texts are joined by line breaks. */
export function partsOf(content: unknown, drop: Drop): Parts {
  const bare = bareText(content);
  if (bare !== null) return { text: bare, reasoning: "", calls: [], results: [] };
  const texts: string[] = [];
  const reasoning: string[] = [];
  const calls: RunCall[] = [];
  const results: Result[] = [];
  for (const part of isRecord(content) ? [content] : listOf(content)) {
    if (typeof part === "string") {
      texts.push(part);
      continue;
    }
    const block = recordOf(part);
    const type = textOf(block["type"]) ?? (typeof block["text"] === "string" ? "text" : "");
    if (TEXTS.has(type)) texts.push(textOf(block["text"]) ?? "");
    else if (REASONING.has(type)) reasoning.push(reasoningOf(block));
    else if (CALLS.has(type)) calls.push(callOf(block));
    else if (type === "tool_result") results.push(resultOf(block, drop));
    else drop(partReason(type));
  }
  const said = (list: string[]): string => list.filter((text) => text !== "").join("\n");
  return { text: said(texts), reasoning: said(reasoning), calls, results };
}

/** The text of a content alone; whatever else is in it is counted. */
export function contentText(content: unknown, drop: Drop): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return JSON.stringify(content);
  const { text, calls, results } = partsOf(content, drop);
  for (const _ of calls) drop("unknown_part: tool_use");
  for (const _ of results) drop("unknown_part: tool_result");
  return text;
}

/** A number or truth value is read as it is written; null: the content is neither these nor a text. */
function bareText(content: unknown): string | null {
  if (typeof content === "string") return content;
  return typeof content === "number" || typeof content === "boolean" ? String(content) : null;
}

/** What a part that is no text is counted as. */
export function partReason(type: string): string {
  const medium = MEDIA.exec(type)?.[0];
  return medium === undefined
    ? `unknown_part: ${type === "" ? "without a type" : type}`
    : `media: ${type}`;
}

// ---------------------------------------------------------------------------------------------

const TEXTS = new Set(["text", "input_text", "output_text"]);
const REASONING = new Set(["thinking", "redacted_thinking", "reasoning"]);
const CALLS = new Set(["tool_use", "toolCall", "tool-call"]);
const MEDIA = /image|audio|video|document|input_file|inlineData|fileData/;

function reasoningOf(block: Raw): string {
  return textOf(block["thinking"]) ?? textOf(block["reasoning"]) ?? textOf(block["text"]) ?? "";
}

function callOf(block: Raw): RunCall {
  return {
    id: textOf(block["id"]) ?? textOf(block["toolCallId"]) ?? "",
    name: textOf(block["name"]) ?? textOf(block["toolName"]) ?? "",
    arguments: argumentsOf(block["input"] ?? block["arguments"]),
  };
}

function resultOf(block: Raw, drop: Drop): Result {
  return {
    id: textOf(block["tool_use_id"]) ?? "",
    text: resultText(block["content"], drop),
    isError: block["is_error"] === true,
    name: textOf(block["name"]),
  };
}

/** A list of objects that are no parts is given as its JSON text, which is what the model got. */
export function resultText(content: unknown, drop: Drop): string {
  const isParts =
    Array.isArray(content) && content.every((part) => isRecord(part) && "type" in part);
  return Array.isArray(content) && !isParts ? JSON.stringify(content) : contentText(content, drop);
}
