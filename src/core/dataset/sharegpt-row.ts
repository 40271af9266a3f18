/**
 * ShareGPT's conversations as rows hold them: `from` and `value` alone, since keys that some turns lack are
 * nulls in the others. A turn with calls has thought, words and calls in one value, as LLaMA-Factory reads it.
 */
import { messageSchema, type Message } from "../../records/message.ts";
import { toolsOf } from "../wire/tools.ts";
import { argumentsText } from "./row-message.ts";

export type Entry = { readonly from: string; readonly value: string };

/** Messages as entries; results of parallel calls are one. */
export function sharegptEntries(messages: readonly Message[]): Entry[] {
  const entries: Entry[] = [];
  for (const message of messages) {
    const entry = sharegptEntry(message);
    const before = entries.at(-1);
    if (entry.from === RESULT && before?.from === RESULT) {
      entries[entries.length - 1] = {
        from: RESULT,
        value: `${before.value}${BETWEEN_RESULTS}${entry.value}`,
      };
    } else entries.push(entry);
  }
  return entries;
}

/** One turn of a conversation. */
export function sharegptEntry(message: Message): Entry {
  const { role, content, reasoning, tool_calls: calls = [] } = message;
  const thought =
    reasoning === undefined || reasoning === "" ? "" : `<think>\n${reasoning}\n</think>\n\n`;
  if (calls.length === 0) {
    return { from: NAMES[role] ?? role, value: `${thought}${content}`.toWellFormed() };
  }
  const list = JSON.stringify(
    calls.map(({ name, arguments: given }) => ({
      name,
      arguments: typeof given === "string" ? argumentsText(given) : given,
    })),
  );
  // Calls alone are read by every template of LLaMA-Factory, words beside them by three in four.
  const isAlone = thought === "" && content === "";
  const value = isAlone ? list : `${thought}${content}\n<tool_call>${list}</tool_call>`;
  return { from: "function_call", value: value.toWellFormed() };
}

/** True when user or result and model take turns, the model last: LLaMA-Factory drops all else. */
export function entriesAlternate(entries: readonly Entry[]): boolean {
  const start = entries[0]?.from === "system" ? 1 : 0;
  const turns = entries.slice(start);
  return (
    turns.length % 2 === 0 &&
    turns.every(({ from }, at) => (from === "gpt" || from === "function_call") === (at % 2 === 1))
  );
}

/** The tools as one text: a JSON list of their functions. */
export function sharegptTools(tools: readonly unknown[]): string {
  return JSON.stringify(
    toolsOf(tools).map(({ name, description, parameters }) => ({
      name,
      description,
      parameters: parameters ?? { type: "object", properties: {} },
    })),
  );
}

/** The message of an entry that `sharegptEntry` wrote; ids are not in it. Anything for others. */
export function sharegptMessage(entry: Readonly<Record<string, unknown>>): unknown {
  const { from, value } = entry;
  const role = ROLES[String(from)] ?? String(from);
  if (typeof value !== "string") return null;
  if (from !== "function_call") return { role, content: value };
  const open = value.lastIndexOf("<tool_call>");
  const isAlone = open < 0;
  const list = isAlone ? value : value.slice(open + "<tool_call>".length, -"</tool_call>".length);
  const content = isAlone ? "" : value.slice(0, Math.max(0, open - 1));
  try {
    const message = { role: "assistant", content, tool_calls: JSON.parse(list) as unknown };
    return messageSchema.safeParse(message).data ?? null;
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------------------------------------

const RESULT = "observation";
const BETWEEN_RESULTS = "\n</tool_response>\n<tool_response>\n";

const NAMES: Readonly<Record<string, string>> = {
  user: "human",
  assistant: "gpt",
  tool: RESULT,
};
const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  observation: "tool",
};
