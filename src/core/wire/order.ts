/**
 * The order that survives chat templates and servers: one system message, results at once after their
 * calls and in their order, every call answered, no two users or assistants in a row. Nothing of a history
 * is dropped: what has no place becomes the user's words.
 */
import type { Manner } from "../../calls/manner.ts";
import type { ToolCall } from "../../records/message.ts";
import type { ChatMessage } from "../../work.ts";
import { resultAsText } from "./text-form.ts";

/**
 * split: the model's template takes one call a message. systemToUser: it has no place for a system
 * message, or loses it. alternate: it wants users and assistants in turn, results not counted.
 */
export type Quirks = Pick<Manner, "split" | "systemToUser" | "alternate">;

/** What stands in the place of a result that was not recorded. */
export const NO_RESULT = "(no result of this call was recorded)";

/** `messages` of a request in that order; their contents are strings. Linear in their number. */
export function ordered(messages: readonly ChatMessage[], quirks: Quirks): readonly ChatMessage[] {
  if (isOrdered(messages, quirks)) return messages;
  const answered = answerCalls(withOneSystem(messages));
  const joined = joinNeighbours(answered, quirks.alternate);
  const split = quirks.split ? joined.flatMap((step) => splitCalls(step)) : joined;
  const flat = split.flatMap(({ message, results }) => [message, ...results]);
  return quirks.systemToUser ? systemToUser(flat) : flat;
}

// ---------------------------------------------------------------------------------------------

/** Without calls, in turn, and no system message but a first one: what most requests are. */
function isOrdered(messages: readonly ChatMessage[], { systemToUser }: Quirks): boolean {
  let before = "";
  for (const { role, content, tool_calls } of messages) {
    if (tool_calls !== undefined || role === before) return false;
    const isSystem = role === "system" && before === "" && content !== "" && !systemToUser;
    if (!isSystem && role !== "user" && role !== "assistant") return false;
    before = role;
  }
  return true;
}

/** A message, and for one with calls the results of these in their order. */
type Step = { readonly message: ChatMessage; readonly results: readonly ChatMessage[] };

/** Later system messages are said by the user where they stand. */
function withOneSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const first = messages.findIndex(({ role }) => role !== "system");
  const leading = first < 0 ? messages : messages.slice(0, first);
  const rest = messages.slice(leading.length);
  const system = leading.map(({ content }) => content).filter((content) => content !== "");
  return [
    ...(system.length === 0 ? [] : [{ role: "system", content: system.join("\n\n") }]),
    ...rest.map((message) => (message.role === "system" ? { ...message, role: "user" } : message)),
  ];
}

/** Brings every result to its call, and gives ids of nine letters and digits that are used once. */
function answerCalls(messages: readonly ChatMessage[]): Step[] {
  const places = resultPlaces(messages);
  const used = new Set<number>();
  const steps: Step[] = [];
  let calls = 0;
  for (const [at, message] of messages.entries()) {
    if (used.has(at)) continue;
    if (message.role === "tool") {
      // A result of no call that is known.
      steps.push({ message: { role: "user", content: resultAsText(message) }, results: [] });
      continue;
    }
    const own = message.role === "assistant" ? (message.tool_calls ?? []) : [];
    const { tool_calls: _calls, ...said } = message;
    if (own.length === 0) {
      steps.push({ message: said, results: [] });
      continue;
    }
    const renamed: ToolCall[] = [];
    const results = own.map((call, n) => {
      const id = `call${String(++calls).padStart(5, "0")}`;
      renamed.push({ ...call, id });
      const place = places.find(call, at, n, used);
      if (place !== null) used.add(place);
      const content = place === null ? NO_RESULT : (messages[place]?.content ?? "");
      return { role: "tool", content, tool_call_id: id, name: call.name };
    });
    steps.push({ message: { ...said, tool_calls: renamed }, results });
  }
  return steps;
}

/**
 * Finds the result of a call: the first unused one of its id after it, before that id is called again; or,
 * where results have no ids, the one in its place behind the call.
 */
function resultPlaces(messages: readonly ChatMessage[]): {
  find(call: ToolCall, at: number, n: number, used: ReadonlySet<number>): number | null;
} {
  const byId = new Map<string, number[]>();
  const callsOf = new Map<string, number[]>();
  for (const [at, message] of messages.entries()) {
    const id = message.role === "tool" ? (message.tool_call_id ?? "") : "";
    if (id !== "") byId.set(id, [...(byId.get(id) ?? []), at]);
    for (const call of message.tool_calls ?? [])
      callsOf.set(call.id, [...(callsOf.get(call.id) ?? []), at]);
  }
  return {
    find(call, at, n, used) {
      const again = callsOf.get(call.id)?.find((place) => place > at) ?? Infinity;
      const own = (byId.get(call.id) ?? []).find(
        (place) => place > at && place < again && !used.has(place),
      );
      if (own !== undefined) return own;
      const behind = messages[at + 1 + n];
      const isPlain = behind?.role === "tool" && (behind.tool_call_id ?? "") === "";
      const isRun = messages.slice(at + 1, at + 1 + n).every(({ role }) => role === "tool");
      return isPlain && isRun && !used.has(at + 1 + n) ? at + 1 + n : null;
    },
  };
}

/** Two users, two assistants, and a user's words behind a result become one message. */
function joinNeighbours(steps: readonly Step[], alternate: boolean): Step[] {
  const joined: Step[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    const next = last === undefined ? null : joinedTo(last, step, alternate);
    if (next === null) joined.push(step);
    else joined[joined.length - 1] = next;
  }
  return joined;
}

function joinedTo(last: Step, step: Step, alternate: boolean): Step | null {
  const { message } = step;
  const result = last.results.at(-1);
  if (result !== undefined) {
    // What we ask is not a part of what a tool gave, unless the model's template insists.
    if (message.role !== "user" || (message.isOurs === true && !alternate)) return null;
    const results = [...last.results.slice(0, -1), withMore(result, message)];
    return { message: last.message, results };
  }
  if (message.role !== last.message.role || message.role === "system") return null;
  if (message.role !== "user" && message.role !== "assistant") return null;
  return { message: withMore(last.message, message), results: step.results };
}

function withMore(first: ChatMessage, second: ChatMessage): ChatMessage {
  const reasoning = joinTexts(first.reasoning ?? "", second.reasoning ?? "");
  const calls = second.tool_calls;
  const thinking = [...(first.thinking_blocks ?? []), ...(second.thinking_blocks ?? [])];
  const { isOurs: _ours, ...rest } = first;
  return {
    ...rest,
    content: joinTexts(first.content, second.content),
    ...(reasoning === "" ? {} : { reasoning }),
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    ...(calls === undefined ? {} : { tool_calls: calls }),
  };
}

const joinTexts = (a: string, b: string): string =>
  [a, b].filter((text) => text !== "").join("\n\n");

/** A message a call; words and thoughts stand beside the first. */
function splitCalls(step: Step): Step[] {
  const calls = step.message.tool_calls ?? [];
  if (calls.length < 2) return [step];
  return calls.map((call, n) => ({
    message:
      n === 0
        ? { ...step.message, tool_calls: [call] }
        : { role: "assistant", content: "", tool_calls: [call] },
    results: step.results.slice(n, n + 1),
  }));
}

function systemToUser(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, first, ...rest] = messages;
  if (system?.role !== "system") return messages;
  if (first?.role !== "user") {
    return [{ role: "user", content: system.content }, ...messages.slice(1)];
  }
  return [{ ...first, content: joinTexts(system.content, first.content) }, ...rest];
}
