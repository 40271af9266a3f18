/** The APIs that a provider may speak: path, headers, body, and the reply as a chat completion. */
import type { ProviderConfig } from "../../config-schema/schema.ts";
import { STREAMS } from "./stream.ts";
import type { Listener } from "./listener.ts";
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
  /** Puts a streamed reply together; `reply` takes what comes of it. */
  listen(): Listener;
  /** Headers that carry the key, and those that the API wants beside it. */
  headers(key: string | null): Readonly<Record<string, string | null>>;
};

export const APIS: Readonly<Record<ProviderConfig["api"], Api>> = {
  chat: {
    path: "/chat/completions",
    body: chatBody,
    reply: (body) => body,
    listen: STREAMS.chat,
    headers: (key) => (key === null ? { Authorization: null } : {}),
  },
  responses: {
    path: "/responses",
    body: responsesBody,
    reply: fromResponses,
    listen: STREAMS.responses,
    headers: (key) => (key === null ? { Authorization: null } : {}),
  },
  messages: {
    path: "/messages",
    body: messagesBody,
    reply: fromMessages,
    listen: STREAMS.messages,
    headers: (key) => ({
      Authorization: null,
      "anthropic-version": "2023-06-01",
      ...(key === null ? {} : { "x-api-key": key }),
    }),
  },
};

/** The body of a request: the provider's own fields first, those that it must not have taken out. */
export function bodyOf(settings: ProviderConfig, call: Call): Record<string, unknown> {
  const own = APIS[settings.api].body(call, settings);
  const body = { ...settings.body, ...own, ...streamFields(settings, call) };
  for (const field of settings.exclude_body) delete body[field];
  return body;
}

// ---------------------------------------------------------------------------------------------

/** Counts of tokens come with a streamed chat completion only where they are asked for. */
function streamFields({ api }: ProviderConfig, { stream = "no" }: Call): object {
  if (stream === "no") return {};
  return api === "chat" && stream === "yes"
    ? { stream: true, stream_options: { include_usage: true } }
    : { stream: true };
}

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
  const { thinking_blocks } = message;
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
    ...(thinking_blocks === undefined ? {} : { thinking_blocks }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toCall) }),
  };
}

/** Arguments are JSON text on the wire; what the model wrote instead is quoted, since servers parse it. */
function toCall({ id, name, arguments: args }: ToolCall): object {
  const text = typeof args === "string" ? JSON.stringify({ input: args }) : JSON.stringify(args);
  return { id, type: "function", function: { name, arguments: text } };
}
