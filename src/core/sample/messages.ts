/**
 * Messages of any data set as the messages of a record: role, text, calls, results, reasoning. Real rows
 * hold null contents, lists of parts, tool calls, JSON in strings, NUL bytes, lone surrogates and turns
 * of 100 kB; none of that may stop a run. What is not understood is left out, counted and named.
 */
import { argumentsOf, type Message, type ToolCall } from "../../records/message.ts";
import { readableText } from "../turn/calls.ts";
import { hasOddCalls, ODD_CALLS, toolCallsOf, type ToolCallStyle } from "./toolcalls.ts";

export type Conversation = {
  readonly messages: readonly Message[];
  /** Positions of assistant messages that are no turns: shown as an example, or of weight 0. */
  readonly demos: ReadonlySet<number>;
  /** What was left out: "unknown_part: image_url" -> how often. */
  readonly lost: Readonly<Record<string, number>>;
  /** Place in `messages` of each message as the row has them, -1: it is none; null: they are the same. */
  readonly places: readonly number[] | null;
};

export type ReadMessages =
  | { readonly ok: true; readonly value: Conversation }
  /** Which element of which message was not understood. */
  | { readonly ok: false; readonly detail: string };

/**
 * Accepts a list of {role, content}, of {from, value}, the columns {from: [], value: []}, and each of
 * these as a JSON string.
 */
export function normaliseMessages(value: unknown, style: ToolCallStyle): ReadMessages {
  const list = messageList(value);
  if (typeof list === "string") return { ok: false, detail: list };
  if (list.length === 0) return { ok: false, detail: "the list of messages is empty" };
  const messages: Message[] = [];
  const demos = new Set<number>();
  const lost = new Map<string, number>();
  const places: number[] = [];
  for (const [at, item] of list.entries()) {
    const read = readMessage(item, (what) => lost.set(what, (lost.get(what) ?? 0) + 1));
    if (typeof read === "string") return { ok: false, detail: `message ${at + 1}: ${read}` };
    places.push(read.length === 0 ? -1 : messages.length);
    for (const message of read) {
      const isShown = item["is_demo"] === true || item["weight"] === 0;
      if (isShown && message.role === "assistant") demos.add(messages.length);
      messages.push(style === "keep" ? message : plainMessage(message));
    }
  }
  if (messages.length === 0) return { ok: false, detail: "no message is of a role that is known" };
  return {
    ok: true,
    value: {
      messages,
      demos,
      lost: lost.size === 0 ? NOTHING : Object.fromEntries(lost),
      places: places.every((place, at) => place === at) ? null : places,
    },
  };
}

/** Where calls are text, an answer of a tool reads as the environment's turn. */
export function plainMessage(message: Message): Message {
  const { role, reasoning } = message;
  const content = readableText(message);
  if (role !== "tool" && content === message.content && message.tool_calls === undefined) {
    return message;
  }
  return {
    role: role === "tool" ? "user" : role,
    content,
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

/** True for a role that a message of the agent may carry, as `normaliseMessages` reads it. */
export function isAssistant(said: unknown): boolean {
  return typeof said === "string" && roleOf(said) === "assistant";
}

/** Content as text: null is "", text parts are joined by a line break, other parts are left out. */
export function contentText(content: unknown): string {
  return partsOf(content, () => {}).text;
}

/**
 * NUL and lone surrogates become U+FFFD: neither can be sent to a model or written as UTF-8. Line
 * ends (CRLF, bare CR) and escape codes are what the agent saw, and stay.
 */
export function cleanText(text: string): string {
  return text.isWellFormed() && !text.includes("\0")
    ? text
    : text.replace(/[\0\p{Surrogate}]/gu, "\uFFFD");
}

/** The same for every text inside a value. */
export function cleanDeep<T>(value: T): T {
  return mapTexts(value, cleanText) as T;
}

// ---------------------------------------------------------------------------------------------

const NOTHING: Readonly<Record<string, number>> = {};

type Raw = Readonly<Record<string, unknown>>;
type Lose = (what: string) => void;

const ROLES: Readonly<Record<string, string>> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
  chatgpt: "assistant",
  model: "assistant",
  ai: "assistant",
  bot: "assistant",
  agent: "assistant",
  function_call: "assistant",
  tool: "tool",
  tool_result: "tool",
  function: "tool",
  observation: "tool",
  environment: "tool",
  function_response: "tool",
  ipython: "tool",
  // mini-swe-agent's last line: what came of the run, shown to nobody.
  exit: "exit",
};

const roleOf = (said: string): string => ROLES[said] ?? ROLES[said.toLowerCase()] ?? "";

/** The list, or what stands in its place. */
function messageList(value: unknown): readonly Raw[] | string {
  if (typeof value === "string") return parsedList(value);
  if (Array.isArray(value)) {
    const list = value.map((item: unknown) => (typeof item === "string" ? parsedItem(item) : item));
    const odd = list.findIndex((item) => !isRecord(item));
    return odd < 0 ? (list as readonly Raw[]) : `message ${odd + 1} is ${nameOf(list[odd])}`;
  }
  if (!isRecord(value)) return `the messages are ${nameOf(value)}`;
  const { from, value: said } = value;
  if (!Array.isArray(from) || !Array.isArray(said)) return "the messages are no list";
  if (from.length !== said.length) {
    return `the columns from and value have ${from.length} and ${said.length} elements`;
  }
  return from.map((role: unknown, index) => ({ from: role, value: said[index] as unknown }));
}

function parsedList(text: string): readonly Raw[] | string {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "string" ? "the messages are a text in JSON" : messageList(value);
  } catch {
    return "the messages are a text that is no JSON";
  }
}

/** An element of a list of JSON texts. */
function parsedItem(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The messages that one of a row is: none, one, or results and text apart; or what is wrong with it. */
function readMessage(raw: Raw, lose: Lose): readonly Message[] | string {
  const said = raw["role"] ?? raw["from"] ?? raw["sender"];
  if (typeof said !== "string" || said === "") return "it has no role";
  const role = roleOf(said);
  if (role === "") {
    lose(`unknown_role: ${said.slice(0, MAX_NAME)}`);
    return [];
  }
  const held = raw["content"] ?? raw["value"] ?? raw["text"] ?? raw["system_prompt"];
  if (said === "function_call") return calledByText(held);
  const parts = typeof held === "string" ? null : partsOf(held, lose);
  const content = parts === null ? cleanText(held as string) : parts.text;
  const reasoning = reasoningOf(raw, parts?.reasoning ?? "");
  const calls = namedCalls([...toolCallsOf(raw), ...(parts?.calls ?? [])], lose);
  if (hasOddCalls(raw)) lose(ODD_CALLS);
  const results = parts?.results ?? [];
  if (role === "tool") {
    // SWE-agent keeps a list of ids, of which a result answers one.
    const id = raw["tool_call_id"] ?? first(raw["tool_call_ids"]) ?? raw["call_id"];
    const own =
      content !== "" || results.length === 0
        ? [{ role, content, ...texts({ tool_call_id: id, name: raw["name"] }) }]
        : [];
    return [...results, ...own];
  }
  const message: Message = {
    role,
    content,
    ...(reasoning === "" || role !== "assistant" ? {} : { reasoning }),
    ...(calls.length === 0 || role !== "assistant" ? {} : { tool_calls: [...calls] }),
  };
  if (results.length === 0) return [message];
  return content === "" ? results : [...results, message];
}

/** A call of nothing cannot be sent, shown or learned. */
function namedCalls(calls: readonly ToolCall[], lose: Lose): readonly ToolCall[] {
  if (calls.length === 0) return calls;
  const named = calls.filter(({ name }) => name !== "");
  for (let n = named.length; n < calls.length; n++) lose("unknown_call: without a name");
  return named.map(cleanDeep);
}

/** LLaMA-Factory's function_call: the call, or a list of calls, as JSON text. */
function calledByText(held: unknown): readonly Message[] | string {
  const value = typeof held === "string" ? parsedItem(held) : held;
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const calls = toolCallsOf({ tool_calls: list.filter(isRecord) });
  if (calls.length === 0 || calls.some(({ name }) => name === "")) return "its call has no name";
  return [{ role: "assistant", content: "", tool_calls: calls.map(cleanDeep) }];
}

type Parts = {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly results: readonly Message[];
};

/** A list of parts taken apart; what no model could read as text is left out and named. */
function partsOf(content: unknown, lose: Lose): Parts {
  const none = { reasoning: "", calls: [], results: [] };
  if (content === null || content === undefined) return { ...none, text: "" };
  if (typeof content === "string") return { ...none, text: cleanText(content) };
  if (!Array.isArray(content)) {
    return isRecord(content)
      ? partsOf([content], lose)
      : { ...none, text: cleanText(JSON.stringify(content)) };
  }
  const texts: string[] = [];
  const reasoning: string[] = [];
  const calls: ToolCall[] = [];
  const results: Message[] = [];
  for (const part of content as unknown[]) {
    if (typeof part === "string") texts.push(cleanText(part));
    else if (!isRecord(part)) lose(`unknown_part: ${nameOf(part)}`);
    else readPart(part, { texts, reasoning, calls, results }, lose);
  }
  return { text: texts.join("\n"), reasoning: reasoning.join("\n"), calls, results };
}

type Sink = { texts: string[]; reasoning: string[]; calls: ToolCall[]; results: Message[] };

function readPart(part: Raw, sink: Sink, lose: Lose): void {
  const type = typeof part["type"] === "string" ? part["type"] : "";
  const text = [part["text"], part["content"], part[type]].find((one) => typeof one === "string");
  if (TEXT_PARTS.has(type) && typeof text === "string") {
    sink.texts.push(cleanText(text));
  } else if (type === "thinking" || type === "reasoning") {
    sink.reasoning.push(cleanText(typeof text === "string" ? text : ""));
  } else if (CALL_PARTS.has(type)) {
    const { id, call_id, name, input, arguments: given } = part;
    sink.calls.push({
      id: textOf(call_id ?? id ?? part["tool_call_id"]),
      name: textOf(name ?? part["tool_name"]),
      arguments: argumentsOf(input ?? given ?? part["args"]),
    });
  } else if (RESULT_PARTS.has(type)) {
    const inner = part["content"] ?? part["output"] ?? part["result"];
    sink.results.push({
      role: "tool",
      content: partsOf(inner, lose).text,
      ...texts({
        tool_call_id: part["tool_use_id"] ?? part["call_id"] ?? part["tool_call_id"],
        name: part["name"] ?? part["tool_name"],
      }),
    });
  } else lose(`unknown_part: ${(type || Object.keys(part)[0] || "empty").slice(0, MAX_NAME)}`);
}

/** A part without a type is one as well, when it has text. */
const TEXT_PARTS = new Set(["text", "input_text", "output_text", "refusal", ""]);
const CALL_PARTS = new Set(["tool_use", "tool_call", "tool-call", "function_call"]);
const RESULT_PARTS = new Set(["tool_result", "tool-result", "function_call_output"]);
const MAX_NAME = 40;

/** The field, under any of its names; the parts' own thoughts come first. */
function reasoningOf(raw: Raw, parts: string): string {
  const field = raw["reasoning"] ?? raw["reasoning_content"] ?? raw["thinking"];
  const said = typeof field === "string" ? cleanText(field) : "";
  return parts === "" || parts === said ? said : said === "" ? parts : `${parts}\n${said}`;
}

/** The keys whose values are texts that say something. */
function texts<K extends string>(of: Record<K, unknown>): Partial<Record<K, string>> {
  return Object.fromEntries(
    Object.entries<unknown>(of).filter(([, value]) => typeof value === "string" && value !== ""),
  ) as Partial<Record<K, string>>;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const first = (value: unknown): unknown => (Array.isArray(value) ? (value[0] as unknown) : value);

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, map));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [map(key), mapTexts(inner, map)]),
  );
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return "missing";
  return Array.isArray(value)
    ? "a list"
    : typeof value === "object"
      ? "an object"
      : `a ${typeof value}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
