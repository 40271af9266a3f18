/**
 * Lists of chat messages as data sets hold them: OpenAI's and Anthropic's shapes, ShareGPT's, and each of
 * these as JSON text or as a list of JSON texts. A result without an id belongs to the first call that
 * waits for one; where a run has no calls at all it is the environment's message.
 */
import type { RunBuilder } from "./building.ts";
import { hasOddCalls, ODD_CALLS } from "../sample/toolcalls.ts";
import { partsOf, resultText } from "./parts.ts";
import type { RunCall } from "./run.ts";
import { argumentsOf, isRecord, listOf, parsedJson, recordOf, textOf, type Raw } from "./values.ts";

/** null: all were read; else which message is none, in words. */
export function readMessages(
  runs: RunBuilder,
  value: unknown,
  options: { readonly unified: boolean },
): string | null {
  const list = messageList(value);
  if (list === null) return "the messages are no list";
  if (list.length === 0) return "there are no messages";
  const waiting: string[] = [];
  let made = 0;
  for (const [at, item] of list.entries()) {
    const message = typeof item === "string" ? parsedJson(item) : item;
    if (!isRecord(message))
      return `message ${at} is ${typeof message === "string" ? "text" : "no object"}`;
    const said = message["role"] ?? message["from"];
    if (typeof said !== "string" || said === "") return `message ${at} has no role`;
    const role = ROLES[said.toLowerCase()] ?? said;
    const calls = namedCalls(runs, callsOf(message, said, options.unified)).map((call) =>
      call.id === "" ? { ...call, id: `call_${++made}` } : call,
    );
    if (hasOddCalls(message)) runs.drop(ODD_CALLS);
    readMessage(runs, message, { role, said, calls, waiting });
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  model: "assistant",
  ai: "assistant",
  bot: "assistant",
  agent: "assistant",
  function_call: "assistant",
  developer: "system",
  function: "tool",
  observation: "tool",
  environment: "tool",
  function_response: "tool",
  ipython: "tool",
};

function messageList(value: unknown): readonly unknown[] | null {
  if (typeof value === "string") {
    const parsed = parsedJson(value);
    return typeof parsed === "string" ? null : messageList(parsed);
  }
  if (Array.isArray(value)) return value as readonly unknown[];
  if (isRecord(value)) {
    const key = Array.isArray(value["from"]) ? "from" : "role";
    const content = key === "from" ? "value" : "content";
    const said = listOf(value[content]);
    const roles = listOf(value[key]);
    if (roles.length === 0 || roles.length !== said.length) return null;
    return roles.map((role, at) => ({ [key]: role, [content]: said[at] }));
  }
  return null;
}

type Shape = {
  readonly role: string;
  readonly said: string;
  readonly calls: readonly RunCall[];
  /** Ids of calls that wait for a result. */
  readonly waiting: string[];
};

function readMessage(runs: RunBuilder, message: Raw, shape: Shape): void {
  const content = message["content"] ?? message["value"];
  const parts = partsOf(shape.said === "function_call" ? "" : content, runs.drop);
  const text = shape.role === "tool" ? resultText(content, runs.drop) : parts.text;
  for (const result of parts.results) answer(runs, shape, result);
  switch (shape.role) {
    case "assistant": {
      const calls = [...namedCalls(runs, parts.calls), ...shape.calls];
      const thought = splitThought(text);
      const reasoning =
        textOf(message["reasoning_content"]) ??
        textOf(message["reasoning"]) ??
        textOf(message["thinking"]) ??
        textOf(parts.reasoning);
      const isDemo = message["is_demo"] === true || message["weight"] === 0;
      runs.say("assistant", {
        text: reasoning === undefined ? thought.text : text,
        reasoning: reasoning ?? thought.reasoning,
        calls,
        notTurn: isDemo,
      });
      shape.waiting.push(...calls.map((call) => call.id));
      return;
    }
    case "tool": {
      const id = textOf(message["tool_call_id"]) ?? textOf(listOf(message["tool_call_ids"])[0]);
      answer(runs, shape, { id: id ?? "", text, isError: false });
      return;
    }
    case "user":
    case "system":
      if (text !== "" || parts.results.length === 0) runs.say(shape.role, { text });
      return;
    default:
      runs.drop(`unknown_role: ${shape.said}`);
  }
}

function answer(
  runs: RunBuilder,
  { waiting }: Shape,
  result: { readonly id: string; readonly text: string; readonly isError: boolean },
): void {
  const id = result.id === "" ? waiting[0] : result.id;
  if (id === undefined) {
    const hasCalls = runs.drafts.some((draft) => draft.calls.length > 0);
    if (hasCalls) runs.drop("result_without_call");
    else runs.say("user", { text: result.text });
    return;
  }
  const at = waiting.indexOf(id);
  if (at >= 0) waiting.splice(at, 1);
  runs.result({ id, text: result.text, isError: result.isError });
}

/** A trace at the very beginning of an answer. */
function splitThought(text: string): { text: string; reasoning: string | undefined } {
  const found = /^\s*<think>([\s\S]*?)<\/think>\s*/.exec(text);
  if (found === null) return { text, reasoning: undefined };
  return { text: text.slice(found[0].length), reasoning: (found[1] ?? "").trim() };
}

/** A call of nothing cannot be sent, shown or learned. */
function namedCalls(
  { drop }: Pick<RunBuilder, "drop">,
  calls: readonly (RunCall | null)[],
): readonly RunCall[] {
  const named = calls.flatMap((call) => (call === null || call.name === "" ? [] : [call]));
  drop("unknown_call: without a name", calls.length - named.length);
  return named;
}

/** null for each that has no name. */
function callsOf(message: Raw, said: string, unified: boolean): (RunCall | null)[] {
  if (said === "function_call") {
    const value = message["value"] ?? message["content"];
    const call = typeof value === "string" ? parsedJson(value) : value;
    return (Array.isArray(call) ? call : [call]).map((one) => callOf(one, unified));
  }
  const calls = message["tool_calls"];
  const list = typeof calls === "string" ? parsedJson(calls) : calls;
  const found = listOf(list).map((call) => callOf(call, unified));
  if (found.length > 0) return found;
  const legacy = message["function_call"];
  return legacy === null || legacy === undefined ? [] : [callOf(legacy, unified)];
}

/** null: it has no name. */
function callOf(value: unknown, unified: boolean): RunCall | null {
  const isText = typeof value === "string";
  const call = recordOf(isText ? parsedJson(value) : value);
  const isUnified = unified && !isText;
  const custom = call["custom"];
  if (isRecord(custom)) {
    const input = custom["input"];
    return {
      id: textOf(call["id"]) ?? "",
      name: textOf(custom["name"]) ?? "",
      arguments: { input: typeof input === "string" ? input : "" },
    };
  }
  const inner = isRecord(call["function"]) ? call["function"] : call;
  const name = textOf(inner["name"]);
  if (name === undefined) return null;
  const given = inner["arguments"] ?? inner["input"] ?? inner["parameters"];
  const args = isUnified && isRecord(given) ? withoutNulls(given) : argumentsOf(given);
  return { id: textOf(call["id"]) ?? "", name, arguments: args };
}

/** Fields of other tools are null here; within lists nulls stay. */
function withoutNulls(value: Raw): Raw {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === null || inner === undefined
        ? []
        : [[key, isRecord(inner) ? withoutNulls(inner) : inner]],
    ),
  );
}
