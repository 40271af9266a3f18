/**
 * Messages of any data set as the messages of a record: role and text. Real rows hold null contents,
 * lists of parts, tool calls, JSON in strings, NUL bytes, lone surrogates and turns of 100 kB; none of
 * that may stop a run, and nothing that a model could read is thrown away.
 */
import type { Message } from "../../records/message.ts";
import { renderToolCall, toolCallsOf, type ToolCallStyle } from "./toolcalls.ts";

export type Conversation = {
  readonly messages: readonly Message[];
  /** Positions of assistant messages that were shown to the agent as an example, not said by it. */
  readonly demos: ReadonlySet<number>;
};

/**
 * Accepts a list of {role, content}, of {from, value}, the columns {from: [], value: []}, and each of
 * these as a JSON string. null: it is none of them, or has no message.
 */
export function normaliseMessages(value: unknown, style: ToolCallStyle): Conversation | null {
  const list = messageList(value);
  if (list === null || list.length === 0) return null;
  const messages: Message[] = [];
  const demos = new Set<number>();
  for (const item of list) {
    const message = normaliseMessage(item, style);
    if (message === null) return null;
    if (item["is_demo"] === true && message.role === "assistant") demos.add(messages.length);
    messages.push(message);
  }
  return { messages, demos };
}

/** True for a role that a message of the agent may carry, as `normaliseMessages` reads it. */
export function isAssistant(said: unknown): boolean {
  return typeof said === "string" && roleOf(said) === "assistant";
}

/** Content as text: null is "", parts are joined by a line break, what is no text leaves its type. */
export function contentText(content: unknown): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return cleanText(content);
  if (!Array.isArray(content)) return cleanText(JSON.stringify(content));
  return content.map(partText).join("\n");
}

/**
 * NUL and lone surrogates become U+FFFD: neither can be sent to a model or written as UTF-8. Line
 * ends (CRLF, bare CR) and escape codes are what the agent saw, and stay.
 */
export function cleanText(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, "\uFFFD");
}

// ---------------------------------------------------------------------------------------------

type Raw = Readonly<Record<string, unknown>>;

const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  model: "assistant",
  ai: "assistant",
  bot: "assistant",
  function: "tool",
  observation: "tool",
  environment: "tool",
  function_response: "tool",
};

function roleOf(said: string): string {
  return ROLES[said.toLowerCase()] ?? said;
}

function messageList(value: unknown): readonly Raw[] | null {
  if (typeof value === "string") return parsedList(value);
  if (Array.isArray(value)) return value.every(isRecord) ? (value as readonly Raw[]) : null;
  if (isRecord(value) && Array.isArray(value["from"]) && Array.isArray(value["value"])) {
    const { from, value: said } = value as { from: unknown[]; value: unknown[] };
    return from.length === said.length
      ? from.map((role, index) => ({ from: role, value: said[index] }))
      : null;
  }
  return null;
}

function parsedList(text: string): readonly Raw[] | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "string" ? null : messageList(value);
  } catch {
    return null; // The caller counts the row as bad_row.
  }
}

function normaliseMessage(raw: Raw, style: ToolCallStyle): Message | null {
  const said = raw["role"] ?? raw["from"];
  if (typeof said !== "string" || said === "") return null;
  const role = roleOf(said);
  const content = contentText(raw["content"] ?? raw["value"]);
  const calls = toolCallsOf(raw);
  if (style === "keep") {
    return calls.length === 0 ? { role, content } : { role, content, tool_calls: [...calls] };
  }
  const rendered = calls.map((call) => cleanText(renderToolCall(call)));
  const text =
    calls.length === 0 || holdsCall(content, rendered) ? content : join(content, rendered);
  // An answer of a tool reads as the environment's turn where calls are text.
  return { role: role === "tool" ? "user" : role, content: text };
}

/** True when the content already shows the calls, as runs that log both do. */
function holdsCall(content: string, rendered: readonly string[]): boolean {
  return rendered.every((block) => content.includes(block));
}

function join(content: string, blocks: readonly string[]): string {
  return [content, ...blocks].filter((part) => part !== "").join("\n\n");
}

function partText(part: unknown): string {
  if (typeof part === "string") return cleanText(part);
  if (!isRecord(part)) return "";
  if (typeof part["text"] === "string") return cleanText(part["text"]);
  if (typeof part["content"] === "string") return cleanText(part["content"]);
  return typeof part["type"] === "string" ? `[${part["type"]}]` : "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
