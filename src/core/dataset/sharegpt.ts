/**
 * ShareGPT's conversations, with the roles that LLaMA-Factory knows for calls and results. A call's own
 * words, its reasoning and the ids of results stand in keys of their own, which it passes over.
 */
import { messageSchema, type Message, type ToolCall } from "../../records/message.ts";
import { toolsOf } from "../wire/tools.ts";

/** One turn of a conversation. */
export function sharegptEntry(message: Message): Readonly<Record<string, unknown>> {
  const { role, content, reasoning, tool_calls: calls = [], tool_call_id, name } = message;
  const { from, value } = sharegptSaid(message);
  const isResult = role === "tool";
  return {
    from,
    value: value.toWellFormed(),
    ...(calls.length > 0 && content !== "" ? { content: content.toWellFormed() } : {}),
    ...(reasoning === undefined ? {} : { reasoning: reasoning.toWellFormed() }),
    ...(isResult && tool_call_id !== undefined ? { tool_call_id } : {}),
    ...(isResult && name !== undefined ? { name } : {}),
  };
}

/** Who speaks in an entry, and what: of calls the one call, or the list of them, as JSON. */
export function sharegptSaid({ role, content, tool_calls: calls = [] }: Message): {
  readonly from: string;
  readonly value: string;
} {
  return calls.length === 0
    ? { from: NAMES[role] ?? role, value: content }
    : {
        from: "function_call",
        value: JSON.stringify(calls.length === 1 ? calls[0] : calls),
      };
}

/** The tools as one text: a JSON list of their functions. */
export function sharegptTools(tools: readonly unknown[]): string {
  return JSON.stringify(
    toolsOf(tools).map(({ name, description, parameters }) => ({
      name,
      description,
      ...(parameters === null ? {} : { parameters }),
    })),
  );
}

/** The message of an entry that `sharegptEntry` wrote, as far as it can be told; anything for others. */
export function sharegptMessage(entry: Readonly<Record<string, unknown>>): unknown {
  const { from, value, content = "", reasoning, tool_call_id, name } = entry;
  const more = {
    ...(reasoning == null ? {} : { reasoning }),
    ...(tool_call_id == null ? {} : { tool_call_id }),
    ...(name == null ? {} : { name }),
  };
  if (from !== "function_call") {
    return { role: ROLES[String(from)] ?? String(from), content: value, ...more };
  }
  const tool_calls = callsIn(value);
  return tool_calls === null
    ? null
    : { role: "assistant", content: content ?? "", tool_calls, ...more };
}

// ---------------------------------------------------------------------------------------------

const NAMES: Readonly<Record<string, string>> = {
  user: "human",
  assistant: "gpt",
  tool: "observation",
};
const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  observation: "tool",
};

function callsIn(value: unknown): readonly ToolCall[] | null {
  if (typeof value !== "string") return null;
  try {
    const message = messageSchema.safeParse({
      role: "assistant",
      content: "",
      tool_calls: [JSON.parse(value) as unknown].flat(),
    });
    return message.success ? (message.data.tool_calls ?? null) : null;
  } catch {
    return null;
  }
}
