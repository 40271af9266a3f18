import { expect, onTestFinished, test } from "vitest";
import type { ChatRequest } from "../../../src/work.ts";
import { item, KEY, loopToml, openClient, requestOf } from "../../support/client.ts";
import { startLlmServer, type ServerOptions } from "../../support/llm-server.ts";

async function client(
  options: ServerOptions,
  model: string,
  toml = "",
  over: Parameters<typeof openClient>[1] = {},
) {
  const server = await startLlmServer(options);
  onTestFinished(() => server.close());
  const { chat } = openClient(`${loopToml(server.url)}\n${toml}`, {
    env: { LOOP_KEY: KEY },
    ...over,
  });
  const ask = (request: Partial<ChatRequest>) =>
    chat({ ...requestOf("x"), model, ...request }, item("a"));
  return { ask, seen: server.seen, stats: server.stats };
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

const props = (caps: object): object => ({ chat_template_caps: caps, model_path: "m.gguf" });

test.each([
  [{ supports_tools: true, supports_tool_calls: true }, "some/model", true],
  [{ supports_tools: true, supports_tool_calls: false }, "kimi-k2", false],
  [{ supports_tools: false, supports_tool_calls: true }, "kimi-k2", false],
  [{}, "kimi-k2", true],
])("a server whose /props say %j of its template is asked so, %s", async (caps, model, native) => {
  const { ask, seen, stats } = await client({ answer: () => "fine", props: props(caps) }, model);
  await ask({ messages: HISTORY, tools: TOOLS });
  await ask({ messages: HISTORY, tools: TOOLS });
  expect(seen.map(({ body }) => "tools" in body)).toEqual([native, native]);
  expect(stats.props).toBe(1);
});

test("/props also say that calls stand one a message and that there is no system role", async () => {
  const caps = {
    supports_tool_calls: true,
    supports_parallel_tool_calls: false,
    supports_system_role: false,
  };
  const { ask, seen } = await client({ answer: () => "fine", props: props(caps) }, "kimi-k2");
  await ask({ messages: HISTORY, tools: TOOLS });
  expect(seen[0]?.body.messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
});

test("nobody is asked for /props for a history without calls, nor where chain.toml says the manner", async () => {
  const options = { answer: () => "fine", props: props({ supports_tool_calls: true }) };
  const plain = await client(options, "some/model");
  await plain.ask({});
  expect(plain.stats.props).toBeUndefined();
  const told = await client(options, "some/model", "[protocol]\nnative = false");
  await told.ask({ messages: HISTORY, tools: TOOLS });
  expect(told.stats.props).toBeUndefined();
});

test("the doctor's finding wins over the server's word, that over the provider's, that over the name", async () => {
  const says = async (
    model: string,
    toml: string,
    over: Parameters<typeof client>[3],
    caps?: object,
  ) => {
    const options = { answer: () => "fine", ...(caps === undefined ? {} : { props: props(caps) }) };
    const { ask, seen } = await client(options, model, toml, over);
    await ask({ messages: HISTORY, tools: TOOLS });
    return "tools" in (seen[0]?.body ?? {});
  };
  const lost = { doctored: () => ({ native: false }) };
  expect(await says("kimi-k2", "", lost, { supports_tool_calls: true })).toBe(false);
  expect(await says("some/model", "calls = true", {}, { supports_tool_calls: false })).toBe(false);
  expect(await says("some/model", "calls = true", {})).toBe(true);
  expect(await says("kimi-k2", "calls = false", {})).toBe(false);
});
