/** The three APIs on the wire: what is sent, and a reply of each read by the same rules. */
import { expect, onTestFinished, test } from "vitest";
import { fromMessages, messagesBody } from "../../../src/io/chat/api-messages.ts";
import { fromResponses, responsesBody } from "../../../src/io/chat/api-responses.ts";
import type { Call } from "../../../src/io/chat/call.ts";
import { item, KEY, openClient, requestOf } from "../../support/client.ts";
import { startLlmServer } from "../../support/llm-server.ts";

const tools = [
  {
    type: "function",
    function: { name: "run", description: "runs", parameters: { type: "object" } },
  },
];
const call: Call = {
  model: "m",
  messages: [
    { role: "system", content: "You are an agent." },
    { role: "user", content: "fix it" },
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "c1", name: "run", arguments: { cmd: "ls" } }],
    },
    { role: "tool", content: "setup.py", tool_call_id: "c1" },
    { role: "user", content: "go on" },
  ],
  tools,
  temperature: 1.5,
  max_tokens: 256,
};

test("Responses: instructions apart, calls and their outputs as items, nothing stored", () => {
  expect(responsesBody(call)).toEqual({
    model: "m",
    store: false,
    instructions: "You are an agent.",
    input: [
      { role: "user", content: "fix it" },
      { type: "function_call", call_id: "c1", name: "run", arguments: '{"cmd":"ls"}' },
      { type: "function_call_output", call_id: "c1", output: "setup.py" },
      { role: "user", content: "go on" },
    ],
    tools: [{ type: "function", name: "run", description: "runs", parameters: { type: "object" } }],
    temperature: 1.5,
    max_output_tokens: 256,
  });
});

test("Messages: roles alternate, results are blocks, the shared prefix is marked for the cache", () => {
  expect(messagesBody(call)).toEqual({
    model: "m",
    max_tokens: 256,
    system: [{ type: "text", text: "You are an agent.", cache_control: { type: "ephemeral" } }],
    messages: [
      { role: "user", content: [{ type: "text", text: "fix it" }] },
      {
        role: "assistant",
        content: [
          {
            type: "tool_use",
            id: "c1",
            name: "run",
            input: { cmd: "ls" },
            cache_control: { type: "ephemeral" },
          },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "c1", content: "setup.py" },
          { type: "text", text: "go on" },
        ],
      },
    ],
    tools: [{ name: "run", description: "runs", input_schema: { type: "object" } }],
    temperature: 1,
  });
});

test("temperature default is left out in every API", () => {
  const plain = { ...call, temperature: "default" } as const;
  expect(responsesBody(plain)).not.toHaveProperty("temperature");
  expect(messagesBody(plain)).not.toHaveProperty("temperature");
});

const RESPONSES_REPLY = {
  id: "resp_1",
  model: "m-2026-08-07",
  status: "completed",
  output: [
    { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "hello" }] },
  ],
  usage: {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 12 },
    total_tokens: 120,
  },
};
const MESSAGES_REPLY = {
  id: "msg_1",
  model: "m",
  type: "message",
  content: [
    { type: "thinking", thinking: "hm", signature: "x" },
    { type: "text", text: "hello" },
  ],
  stop_reason: "end_turn",
  usage: { input_tokens: 40, cache_read_input_tokens: 60, output_tokens: 20 },
};

test.each([
  ["responses", "/v1/responses", RESPONSES_REPLY, { authorization: `Bearer ${KEY}` }, "stop"],
  [
    "messages",
    "/v1/messages",
    MESSAGES_REPLY,
    { "x-api-key": KEY, "anthropic-version": "2023-06-01" },
    "end_turn",
  ],
] as const)("api = %s: its path, its headers, its reply", async (api, path, body, headers, end) => {
  const server = await startLlmServer({ answer: () => ({ body }) });
  onTestFinished(() => server.close());
  const toml = `[provider.loop]\napi = "${api}"\nbase_url = "${server.url}"\napi_key_env = "LOOP_KEY"\n`;
  const { chat } = openClient(toml);
  const outcome = await chat(requestOf("x"), item("a"));
  expect(outcome).toMatchObject({
    ok: true,
    reply: {
      content: "hello",
      reasoning: "hm",
      finish_reason: end,
      usage: { prompt_tokens: 100, cached_tokens: 60, completion_tokens: 20 },
    },
  });
  expect(server.seen[0]?.path).toBe(path);
  expect(server.seen[0]?.headers).toMatchObject(headers);
});

test.each([
  [
    { status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, output: [] },
    "max_output_tokens",
  ],
  [{ status: "failed", output: [] }, "error"],
  [
    {
      status: "completed",
      output: [{ type: "function_call", call_id: "c", name: "run", arguments: "{}" }],
    },
    "tool_calls",
  ],
])("the end of a Responses reply: %j", (body, end) => {
  expect(fromResponses(body)).toMatchObject({ choices: [{ finish_reason: end }] });
});

test("a Messages reply with a call has it in the shape of a chat completion", () => {
  const body = {
    content: [{ type: "tool_use", id: "t1", name: "run", input: { cmd: "ls" } }],
    stop_reason: "tool_use",
  };
  expect(fromMessages(body)).toMatchObject({
    choices: [
      {
        finish_reason: "tool_calls",
        message: {
          tool_calls: [{ id: "t1", function: { name: "run", arguments: '{"cmd":"ls"}' } }],
        },
      },
    ],
  });
});

test("an error body passes as it is in both", () => {
  const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  expect(fromMessages(error)).toBe(error);
  expect(fromResponses(error)).toBe(error);
});

test("thinking blocks are kept with the reply and handed back as they came, first in their message", async () => {
  const thinking = [
    { type: "thinking", thinking: "hm", signature: "c2lnbmF0dXJl" },
    { type: "redacted_thinking", data: "b3BhcXVl" },
  ];
  const content = [...thinking, { type: "text", text: "hello" }];
  const server = await startLlmServer({
    answer: () => ({ body: { ...MESSAGES_REPLY, content } }),
  });
  onTestFinished(() => server.close());
  const { chat } = openClient(`[provider.loop]\napi = "messages"\nbase_url = "${server.url}"\n`);
  const first = await chat(requestOf("x"), item("a"));
  if (!first.ok) throw new Error(first.failure.message);
  const { content: said, thinking_blocks } = first.reply;
  expect(thinking_blocks).toEqual(thinking);
  const messages = [
    { role: "user", content: "x" },
    { role: "assistant", content: said, thinking_blocks },
    { role: "user", content: "go on" },
  ];
  await chat(requestOf("x", { messages }), item("b"));
  expect(server.seen[1]?.body.messages[1]?.content).toMatchObject(content);
});
