/**
 * The order of a row's messages, the same for every builder and format: one system message, no two users
 * or assistants in a row, results at once behind their calls. Trainers drop other rows, templates raise.
 */
import type { Message } from "../../records/message.ts";
import { hasCalls } from "../turn/calls.ts";
import { ordered } from "../wire/order.ts";
import { callsAsText, resultAsText, toolsAsText } from "../wire/text-form.ts";
import { toolsFor } from "../wire/tools.ts";
import { saidBy, type Example } from "./example.ts";

/** An example's messages as rows hold them. */
export type Formed = {
  readonly prompt: readonly Message[];
  /** The answers, in the order of their columns. */
  readonly said: readonly Message[];
  /** Schemas of all that is called and more; [] in rows without calls. */
  readonly tools: readonly unknown[];
};

/**
 * Puts an example's messages in order; one that is in order keeps its very messages.
 * @param isRenamed calls get ids of nine letters and digits, since some templates take no others. Else they
 *   keep theirs, so long as each is there once.
 */
export function formed(example: Example, isRenamed = false): Formed {
  const said = saidBy(example);
  const isOfCalls = hasCalls(example.prompt) || hasCalls(said);
  if (!isOfCalls && isInOrder(example.prompt)) return { prompt: example.prompt, said, tools: [] };
  const told = example.prompt.map(withKnownRole);
  const given = example.isWeighted === true ? withSameWeights(told) : told;
  const renamed = ordered(given, AS_IS) as readonly Message[];
  if (!isOfCalls) return { prompt: renamed, said, tools: [] };
  const own = isRenamed ? NONE : ownIds(given);
  const prompt = own.size === 0 ? renamed : renamed.map((message) => withIds(message, own));
  const before = callsOf(renamed).length;
  return {
    prompt,
    said: said.map((message) => withIdsFrom(message, before, isRenamed)),
    tools: toolsFor(example.tools, [...prompt, ...said]),
  };
}

/** The same without calls and without a role for results, for formats of text alone. */
export function asPlainText({ prompt, said, tools }: Formed): Formed {
  if (tools.length === 0 && !hasCalls([...prompt, ...said])) return { prompt, said, tools: [] };
  const text = (message: Message): Message => {
    const { role, content, reasoning } = message;
    // Ids are for machines: a model that writes calls as text is to learn none.
    if (role === "tool") {
      return { role: "user", content: resultAsText({ content, name: message.name }) };
    }
    const tool_calls = message.tool_calls?.map((call) => ({ ...call, id: "" }));
    return {
      role,
      content: role === "assistant" ? callsAsText({ content, tool_calls }) : content,
      ...(reasoning === undefined ? {} : { reasoning }),
    };
  };
  const isSystem = prompt[0]?.role === "system";
  const about: Message = { role: "system", content: toolsAsText(tools) };
  const whole = [...prompt.slice(0, isSystem ? 1 : 0), about, ...prompt.slice(isSystem ? 1 : 0)];
  return {
    prompt: ordered(whole.map(text), AS_IS) as readonly Message[],
    said: said.map(text),
    tools: [],
  };
}

/**
 * The same with everything before the answer as the words of one user, for trainers that learn every
 * assistant message of a conversation: then the answer is the only one.
 */
export function asOneQuestion(given: Formed): Formed {
  const { prompt, said } = asPlainText(given);
  const isSystem = prompt[0]?.role === "system";
  const rest = prompt.slice(isSystem ? 1 : 0);
  const [only] = rest;
  const content =
    rest.length === 1 && only?.role === "user"
      ? only.content
      : [
          "The conversation so far:",
          ...rest.map((message) => `[${message.role}]\n${message.content}`),
          "Write the assistant's next message.",
        ].join("\n\n");
  return {
    prompt: [...prompt.slice(0, isSystem ? 1 : 0), { role: "user", content }],
    said,
    tools: [],
  };
}

/** True when users and assistants take turns. */
export function alternates(messages: readonly Message[]): boolean {
  const start = messages[0]?.role === "system" ? 1 : 0;
  return messages.slice(start).every(({ role }, at) => (role === "assistant") === (at % 2 === 1));
}

// ---------------------------------------------------------------------------------------------

/** Calls of one message stay together, and the system message stays one. */
const AS_IS = { split: false, systemToUser: false, alternate: true };

/** Templates of open models know no developer. */
const withKnownRole = (message: Message): Message =>
  message.role === "developer" ? { ...message, role: "system" } : message;

function isInOrder(messages: readonly Message[]): boolean {
  let before = "";
  for (const [at, { role }] of messages.entries()) {
    if (role === "developer" || (role === "system" ? at > 0 : role === before)) return false;
    before = role;
  }
  return true;
}

/** Assistants in a row become one message, which is learned only as far as each of them is. */
function withSameWeights(messages: readonly Message[]): readonly Message[] {
  const out = messages.map((message) => ({ ...message }));
  for (const [at, message] of out.entries()) {
    const before = out[at - 1];
    if (message.role !== "assistant" || before?.role !== "assistant") continue;
    if (before.tool_calls !== undefined) continue;
    const weight = Math.min(message.weight ?? 0, before.weight ?? 0);
    out[at] = { ...message, weight };
    for (let first = at - 1; out[first]?.role === "assistant"; first--) {
      out[first] = { ...(out[first] ?? message), weight };
    }
  }
  return out;
}

const NONE: ReadonlyMap<string, string> = new Map();

const newId = (number: number): string => `call${String(number).padStart(5, "0")}`;

const callsOf = (messages: readonly Message[]) =>
  messages.flatMap(({ role, tool_calls: calls = [] }) => (role === "assistant" ? calls : []));

/** The new ids of calls with the ones that they had; empty where these do not tell the calls apart. */
function ownIds(messages: readonly Message[]): ReadonlyMap<string, string> {
  const ids = callsOf(messages).map(({ id }) => id);
  const areTold = !ids.includes("") && new Set(ids).size === ids.length;
  return areTold ? new Map(ids.map((id, at) => [newId(at + 1), id])) : NONE;
}

function withIds(message: Message, ids: ReadonlyMap<string, string>): Message {
  const { tool_calls: calls, tool_call_id: result } = message;
  if (result !== undefined) return { ...message, tool_call_id: ids.get(result) ?? result };
  if (calls === undefined) return message;
  return {
    ...message,
    tool_calls: calls.map((call) => ({ ...call, id: ids.get(call.id) ?? call.id })),
  };
}

/** An answer's ids, where they are new counted on from the prompt's. */
function withIdsFrom(message: Message, before: number, isRenamed: boolean): Message {
  const { tool_calls: calls } = message;
  if (calls === undefined || (!isRenamed && calls.every(({ id }) => id !== ""))) return message;
  const tool_calls = calls.map((call, at) => ({ ...call, id: newId(before + at + 1) }));
  return { ...message, tool_calls };
}
