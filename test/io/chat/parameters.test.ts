/** What of chain.toml changes a request, and how one provider is spread over several servers. */
import { expect, onTestFinished, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { addressFault } from "../../../src/core/doctor/address.ts";
import { checkProvider } from "../../../src/io/chat/provider.ts";
import { localEngine } from "../../../src/io/engine.ts";
import { item, KEY, loopToml, openClient, requestOf } from "../../support/client.ts";
import { silentProgress } from "../../support/chat.ts";
import { startLlmServer, type LlmServer, type ServerOptions } from "../../support/llm-server.ts";

async function server(options: ServerOptions = {}): Promise<LlmServer> {
  const started = await startLlmServer(options);
  onTestFinished(() => started.close());
  return started;
}

test("temperature default is left out, and exclude_body takes fields away", async () => {
  const { url, seen } = await server();
  const { chat } = openClient(
    loopToml(url, 'exclude_body = ["max_tokens", "top_k"]\nbody = { top_k = 3 }'),
  );
  await chat(requestOf("x", { temperature: "default" }), item("a"));
  expect(Object.keys(seen[0]?.body ?? {}).sort()).toEqual(["messages", "model"]);
});

test.each([
  ["system", ["system", "user"], "You are an agent."],
  ["developer", ["developer", "user"], "You are an agent."],
  ["user", ["user"], "You are an agent.\n\nx"],
])(
  "system_role = %s is the role that the system text is sent under",
  async (role, roles, first) => {
    const { url, seen } = await server();
    const { chat } = openClient(loopToml(url, `system_role = "${role}"`));
    await chat(requestOf("x"), item("a"));
    const sent = seen[0]?.body.messages ?? [];
    expect(sent.map((message) => message.role)).toEqual(roles);
    expect(sent[0]?.content).toBe(first);
  },
);

test("base_urls spread one provider over several servers, and a dead one's work goes to the others", async () => {
  const [one, two] = [await server({ latencyMs: 20 }), await server({ latencyMs: 20 })];
  const dead = await startLlmServer();
  await dead.close();
  const urls = [one.url, two.url, dead.url].map((url) => `"${url}"`).join(", ");
  const toml = `[provider.loop]\nbase_urls = [${urls}]\nmax_concurrency = 4\ntries = 1\nbreaker = 2\n`;
  const { chat } = openClient(toml);
  const items = Array.from({ length: 60 }, (_, i) => ({
    ...item(`i${i}`),
    request: requestOf(`item ${i}`),
  }));
  const { signal } = new AbortController();
  let answered = 0;
  await localEngine({ chat, places: chat, window: 64, signal })(items, async (_item, outcome) => {
    if (outcome.ok) answered++;
    return [];
  });
  expect(answered).toBe(60);
  expect(one.stats.delivered).toBeGreaterThan(10);
  expect(two.stats.delivered).toBeGreaterThan(10);
  // Each has places of its own: four at one and four at the other, not four together.
  expect([one, two].map(({ stats }) => stats.mostInFlight)).toEqual([4, 4]);
}, 30_000);

test("known providers come with address and key variable; another address does not get the key", () => {
  const { provider } = parseConfig(
    '[provider.openai]\nbase_url = "http://127.0.0.1:9/v1"',
    "chain.toml",
  );
  expect(provider["openai"]?.api_key_env).toBeUndefined();
  expect(provider["anthropic"]).toMatchObject({
    api: "messages",
    api_key_env: "ANTHROPIC_API_KEY",
  });
  expect(provider["openai"]?.max_tokens_field).toBe("max_completion_tokens");
});

test.each([
  ["chutes", "CHUTES_API_KEY"],
  ["openai", "OPENAI_API_KEY"],
  ["anthropic", "ANTHROPIC_API_KEY"],
  ["gemini", "GEMINI_API_KEY"],
  ["openrouter", "OPENROUTER_API_KEY"],
  ["deepseek", "DEEPSEEK_API_KEY"],
  ["moonshot", "MOONSHOT_API_KEY"],
  ["zai", "ZAI_API_KEY"],
  ["minimax", "MINIMAX_API_KEY"],
  ["xai", "XAI_API_KEY"],
  ["groq", "GROQ_API_KEY"],
  ["together", "TOGETHER_API_KEY"],
  ["fireworks", "FIREWORKS_API_KEY"],
  ["mistral", "MISTRAL_API_KEY"],
])(
  "%s is known by name: without its key the variable is named, with it nothing is missing",
  (name, key) => {
    const config = { ...parseConfig("", "chain.toml"), root: "/nowhere" };
    expect(() => checkProvider({ ...config, env: {} }, name)).toThrow(
      expect.objectContaining({
        name: "UserError",
        message: expect.stringContaining(key) as string,
      }),
    );
    const access = checkProvider({ ...config, env: { [key]: KEY } }, name);
    expect(access.key).toBe(KEY);
    expect(access.baseUrls.map(addressFault)).toEqual([null]);
    expect(access.baseUrls[0]).toMatch(/^https:/);
  },
);

test.each(["litellm", "vllm", "sglang", "ollama", "lmstudio", "llamacpp"])(
  "%s is known by name, on this machine, and its address can be given in the environment",
  (name) => {
    const config = { ...parseConfig("", "chain.toml"), root: "/nowhere" };
    const env = { LITELLM_API_KEY: KEY };
    const { baseUrls } = checkProvider({ ...config, env }, name);
    expect(baseUrls).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)]);
    const elsewhere = { ...env, [`${name.toUpperCase()}_BASE_URL`]: "http://10.0.0.9:1/v1" };
    expect(checkProvider({ ...config, env: elsewhere }, name).baseUrls).toEqual([
      "http://10.0.0.9:1/v1",
    ]);
  },
);

const asJudge = (key: string) => ({ ...item(key), stage: "validate", role: "judge" }) as const;
const named = (model: string) => ({
  body: { model, choices: [{ message: { content: "hi" }, finish_reason: "stop" }] },
});

test("the model that answered is recorded, and another one than was asked for is said once", async () => {
  const { url } = await server({ answer: () => named("tiny.gguf") });
  const notes: string[] = [];
  const progress = { ...silentProgress, note: (line: string) => notes.push(line) };
  const { chat } = openClient(loopToml(url), { progress });
  const outcome = await chat(requestOf("x", { model: "glm-5" }), item("a"));
  expect(outcome).toMatchObject({ reply: { model: "glm-5", answered_by: "tiny.gguf" } });
  await chat(requestOf("y", { model: "glm-5" }), item("b"));
  expect(notes).toEqual(["glm-5 at loop: the replies name another model, tiny.gguf"]);
});

test("two judges whose replies name one model are refused", async () => {
  const { url } = await server({ answer: () => named("tiny.gguf") });
  const { chat } = openClient(loopToml(url));
  expect((await chat(requestOf("x", { model: "a" }), asJudge("t1"))).ok).toBe(true);
  const second = await chat(requestOf("x", { model: "b" }), asJudge("t1"));
  expect(second).toMatchObject({
    failure: {
      kind: "settings",
      closed: true,
      message:
        "the judges a and b are answered by one model, tiny.gguf: one opinion would count twice",
    },
  });
  expect((await chat(requestOf("x", { model: "a" }), asJudge("t2"))).ok).toBe(false);
});

test("a judge that is the model it was asked as stays when another judge turns out to be it", async () => {
  const { url } = await server({ answer: () => named("a-2026-01-01") });
  const { chat } = openClient(loopToml(url));
  await chat(requestOf("x", { model: "alpha-b" }), asJudge("t1"));
  expect((await chat(requestOf("x", { model: "other" }), asJudge("t1"))).ok).toBe(false);
});

test("a budget in tokens holds although thinking is left out of the completion", async () => {
  const usage = { prompt_tokens: 20, completion_tokens: 100, reasoning_tokens: 800 };
  const { url } = await server({ latencyMs: 5, usage });
  const { chat, ledger } = openClient(`${loopToml(url)}[budget]\nmax_tokens = 10000\n`);
  const items = Array.from({ length: 40 }, (_, i) => ({
    ...item(`i${i}`),
    request: requestOf(`item ${i}`),
  }));
  const { signal } = new AbortController();
  await localEngine({ chat, places: chat, window: 64, signal })(items, async () => []);
  expect(ledger.spent().tokens).toBeGreaterThan(8000);
  expect(ledger.spent().tokens).toBeLessThanOrEqual(10_000);
});

test("a clock set back an hour or forward during a pause neither hangs nor gives items up", async () => {
  const { url, stats } = await server({
    fault: (n) => (n <= 2 ? "429_after" : null),
    retryAfterS: 0.05,
  });
  let hours = 0;
  const now = (): Date => new Date(Date.now() + (hours = hours === 1 ? -1 : 1) * 3_600_000);
  const { chat } = openClient(loopToml(url), { now });
  expect((await chat(requestOf("x"), item("a"))).ok).toBe(true);
  expect(stats.requests).toBe(3);
});
