/**
 * A request as one model is sent it: the messages in an order that its template survives, and calls as
 * the API has them or, where they would not be carried, as text.
 */
import type { Manner } from "../../calls/manner.ts";
import type { ChatMessage, ChatRequest } from "../../work.ts";
import { ordered } from "./order.ts";
import { callsAsText, resultAsText, toolsAsText } from "./text-form.ts";
import { toolsFor } from "./tools.ts";

export type Shaped = {
  readonly messages: readonly ChatMessage[];
  /** Absent: none are named. */
  readonly tools?: readonly unknown[];
};

/** Same request and manner, same bytes. */
export function shapeRequest(
  { messages, tools }: Pick<ChatRequest, "messages" | "tools">,
  manner: Manner,
): Shaped {
  const isPlain = tools === undefined && messages.every(isPlainMessage);
  if (isPlain) return { messages: filled(ordered(messages, manner), manner) };
  // A history with calls loses them in templates that are told of no tools.
  const named = toolsFor(tools, messages.map(asMessage));
  const sent = manner.native ? ordered(messages, manner) : asText(messages, named, manner);
  return {
    messages: filled(sent, manner),
    ...(!manner.native || named.length === 0 ? {} : { tools: named }),
  };
}

// ---------------------------------------------------------------------------------------------

const isPlainMessage = ({ role, tool_calls }: ChatMessage): boolean =>
  role !== "tool" && tool_calls === undefined;

/** Where a service refuses a message without a word: what stands in its place says just that. */
const WORDLESS = "(no words)";

function filled(
  messages: readonly ChatMessage[],
  { filled: which }: Manner,
): readonly ChatMessage[] {
  if (which === "no") return messages;
  return messages.map((message) => {
    const mayStay = which === "wordless" && message.tool_calls !== undefined;
    return mayStay || message.content.trim() !== "" ? message : { ...message, content: WORDLESS };
  });
}

const asMessage = ({ role, content, tool_calls }: ChatMessage) => ({
  role,
  content,
  ...(tool_calls === undefined ? {} : { tool_calls: [...tool_calls] }),
});

/** Users and assistants in turn, no role for tools: what nearly every template carries. */
function asText(
  messages: readonly ChatMessage[],
  tools: readonly unknown[],
  manner: Manner,
): readonly ChatMessage[] {
  const whole = ordered(messages, { ...manner, split: false, systemToUser: false });
  const said = whole.map((message): ChatMessage => {
    if (message.role === "tool") return { role: "user", content: resultAsText(message) };
    const { tool_calls, ...rest } = message;
    return tool_calls === undefined ? rest : { ...rest, content: callsAsText(message) };
  });
  const about = tools.length === 0 ? [] : [{ role: "system", content: toolsAsText(tools) }];
  const system = said[0]?.role === "system" ? said.slice(0, 1) : [];
  return ordered([...system, ...about, ...said.slice(system.length)], {
    ...manner,
    alternate: true,
  });
}
