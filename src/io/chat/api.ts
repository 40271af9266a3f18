/** The APIs that a provider may speak: path, headers, body, and the reply as a chat completion. */
import type { ProviderConfig } from "../../config-schema/schema.ts";
import { fromMessages, messagesBody } from "./api-messages.ts";
import { fromResponses, responsesBody } from "./api-responses.ts";
import type { ToolCall } from "../../records/message.ts";
import type { ChatMessage } from "../../work.ts";
import type { Call } from "./call.ts";

export type Api = {
  /** Behind the base URL. */
  readonly path: string;
  body(call: Call, settings: ProviderConfig): Record<string, unknown>;
  /** Any reply in the shape of a chat completion. */
  reply(body: unknown): unknown;
  /** Headers that carry the key, and those that the API wants beside it. */
  headers(key: string | null): Readonly<Record<string, string | null>>;
};

export const APIS: Readonly<Record<ProviderConfig["api"], Api>> = {
  chat: {
    path: "/chat/completions",
    body: chatBody,
    reply: (body) => body,
    headers: (key) => (key === null ? { Authorization: null } : {}),
  },
  responses: {
    path: "/responses",
    body: responsesBody,
    reply: fromResponses,
    headers: (key) => (key === null ? { Authorization: null } : {}),
  },
  messages: {
    path: "/messages",
    body: messagesBody,
    reply: fromMessages,
    headers: (key) => ({
      Authorization: null,
      "anthropic-version": "2023-06-01",
      ...(key === null ? {} : { "x-api-key": key }),
    }),
  },
};

/** The body of a request: the provider's own fields first, those that it must not have taken out. */
export function bodyOf(settings: ProviderConfig, call: Call): Record<string, unknown> {
  const body = { ...settings.body, ...APIS[settings.api].body(call, settings) };
  for (const field of settings.exclude_body) delete body[field];
  return body;
}

// ---------------------------------------------------------------------------------------------

function chatBody(
  { model, messages, tools, temperature, max_tokens }: Call,
  { max_tokens_field, system_role }: ProviderConfig,
): Record<string, unknown> {
  return {
    model,
    messages: messages.map((message) => toParam(message, system_role)),
    ...(tools === undefined || tools.length === 0 ? {} : { tools }),
    ...(temperature === "default" ? {} : { temperature }),
    [max_tokens_field]: max_tokens,
  };
}

/** Content is always a string, and keys without a value are left out: templates trip over null. */
function toParam(message: ChatMessage, systemRole: ProviderConfig["system_role"]): object {
  const { role, content, reasoning, tool_calls: calls = [], tool_call_id, name } = message;
  if (role === "tool") {
    return {
      role,
      content,
      ...(tool_call_id === undefined ? {} : { tool_call_id }),
      ...(name === undefined ? {} : { name }),
    };
  }
  if (role !== "assistant") return { role: role === "system" ? systemRole : "user", content };
  return {
    role,
    content,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toCall) }),
  };
}

/** Arguments are JSON text on the wire; what the model wrote instead is quoted, since servers parse it. */
function toCall({ id, name, arguments: args }: ToolCall): object {
  const text = typeof args === "string" ? JSON.stringify({ input: args }) : JSON.stringify(args);
  return { id, type: "function", function: { name, arguments: text } };
}
