/**
 * A message as a row holds it: calls in the shape of the OpenAI API, arguments as JSON text. Text has one
 * type whatever the tool takes; the card says that it is JSON, and a folder that is loaded has objects.
 */
import type { Message, ToolCall } from "../../records/message.ts";

export type RowMessage = {
  readonly role: string;
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly RowCall[];
  readonly tool_call_id?: string;
  readonly name?: string;
  readonly weight?: number;
};

type RowCall = {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
};

/** What is said and called alone: other keys of a history are no part of a row. Lone surrogates become U+FFFD. */
export function rowMessage(message: Message): RowMessage {
  const { role, content, reasoning, tool_calls: calls = [], tool_call_id: id, name } = message;
  const isResult = role === "tool";
  return {
    role,
    content: content.toWellFormed(),
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning.toWellFormed() }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(rowCall) }),
    ...(isResult && id !== undefined ? { tool_call_id: id } : {}),
    ...(isResult && name !== undefined ? { name } : {}),
  };
}

/** The same as a chat template reads it: arguments as the object that they are. */
export function templateMessage(message: Message) {
  const row = rowMessage(message);
  if (row.tool_calls === undefined) return { ...row, tool_calls: undefined };
  const tool_calls = (message.tool_calls ?? []).map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  }));
  return { ...row, tool_calls };
}

/** Arguments as text: what is no JSON stays the text that the model wrote. */
export function argumentsText(given: ToolCall["arguments"]): string {
  return (typeof given === "string" ? given : JSON.stringify(given)).toWellFormed();
}

// ---------------------------------------------------------------------------------------------

function rowCall({ id, name, arguments: given }: ToolCall): RowCall {
  return { id, type: "function", function: { name, arguments: argumentsText(given) } };
}
