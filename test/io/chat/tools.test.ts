import { expect, onTestFinished, test } from "vitest";
import type { ChatRequest } from "../../../src/work.ts";
import { item, KEY, loopToml, openClient, requestOf } from "../../support/client.ts";
import { startLlmServer, type ServerOptions } from "../../support/llm-server.ts";

async function client(options: ServerOptions, model: string, toml = "") {
  const server = await startLlmServer(options);
  onTestFinished(() => server.close());
  const { chat } = openClient(`${loopToml(server.url)}\n${toml}`, { env: { LOOP_KEY: KEY } });
  const ask = (request: Partial<ChatRequest>) =>
    chat({ ...requestOf("x"), model, ...request }, item("a"));
  return { ask, seen: server.seen };
}

const TOOLS = [
  { type: "function", function: { name: "ls", parameters: { type: "object", properties: {} } } },
];
const HISTORY: ChatRequest["messages"] = [
  { role: "system", content: "S" },
  { role: "user", content: "U" },
  {
    role: "assistant",
    content: "",
    reasoning: "hm",
    tool_calls: [
      { id: "toolu_1", name: "ls", arguments: { path: "a" } },
      { id: "toolu_2", name: "ls", arguments: "{broken" },
    ],
  },
  { role: "tool", content: "B", tool_call_id: "toolu_2" },
  { role: "tool", content: "A", tool_call_id: "toolu_1" },
];
const call = (id: string, args: string): object => ({
  id,
  type: "function",
  function: { name: "ls", arguments: args },
});
const reply = (message: object): object => ({
  status: 200,
  body: { id: "r", choices: [{ message, finish_reason: "tool_calls" }] },
});

test("calls, results and tools go out as the chat API has them, and calls come back", async () => {
  const { ask, seen } = await client(
    { answer: () => reply({ content: null, tool_calls: [call("x1", '{"path": "b"}')] }) as never },
    "kimi-k2",
  );
  const outcome = await ask({ messages: HISTORY, tools: TOOLS });
  expect(seen[0]?.body).toMatchObject({
    messages: [
      { role: "system", content: "S" },
      { role: "user", content: "U" },
      {
        role: "assistant",
        content: "",
        reasoning_content: "hm",
        tool_calls: [call("call00001", '{"path":"a"}'), call("call00002", '{"input":"{broken"}')],
      },
      { role: "tool", content: "A", tool_call_id: "call00001", name: "ls" },
      { role: "tool", content: "B", tool_call_id: "call00002", name: "ls" },
    ],
    tools: TOOLS,
  });
  expect(outcome).toMatchObject({
    ok: true,
    reply: { content: "", tool_calls: [{ id: "x1", name: "ls", arguments: { path: "b" } }] },
  });
});

test("a model that is not known to carry calls is shown and asked for them as text", async () => {
  const { ask, seen } = await client({ answer: () => "fine" }, "some/model");
  await ask({ messages: HISTORY, tools: TOOLS });
  const body = seen[0]?.body;
  const messages = body?.messages ?? [];
  const tools: unknown = Reflect.get(Object(body) as object, "tools");
  expect(tools).toBeUndefined();
  expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
  expect(messages[0]?.content).toMatch(/^S\n\nYou have these tools[^]*```tool_call/);
  expect(messages[2]?.content).toContain('{"id":"call00001","name":"ls","arguments":{"path":"a"}}');
  expect(messages[3]?.content).toBe("[result of call00001, ls]\nA\n\n[result of call00002, ls]\nB");
});

test("[protocol].native = true sends calls as calls whatever the model's name", async () => {
  const { ask, seen } = await client(
    { answer: () => "fine" },
    "some/model",
    "[protocol]\nnative = true",
  );
  await ask({ messages: HISTORY, tools: TOOLS });
  expect(seen[0]?.body).toMatchObject({ tools: TOOLS });
});

test.each([
  [
    "This model only supports single tool-calls at once!",
    ["system", "user", "assistant", "tool", "assistant", "tool"],
  ],
  ["System role not supported", ["user", "assistant", "tool", "tool"]],
  [
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    ["system", "user", "assistant", "user"],
  ],
])("a refusal with %j is asked again at once in the form that it names", async (words, roles) => {
  const refusal = { status: 400, body: { error: { message: words } } };
  const { ask, seen } = await client(
    { answer: (_body, n) => (n === 1 ? refusal : "fine") },
    "kimi-k2",
  );
  expect(await ask({ messages: HISTORY, tools: TOOLS })).toMatchObject({ ok: true });
  // What was learnt holds for the calls after it.
  expect(await ask({ messages: HISTORY, tools: TOOLS })).toMatchObject({ ok: true });
  const asked = seen.map(({ body }) => body.messages.map(({ role }) => role));
  expect(asked).toHaveLength(3);
  expect(asked.slice(1)).toEqual([roles, roles]);
});
