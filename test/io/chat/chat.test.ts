import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Outcome } from "../../../src/work.ts";
import { replyOf } from "../../support/chat.ts";
import { item, KEY, loopToml, openClient, requestOf } from "../../support/client.ts";
import { startLlmServer, type LlmServer, type ServerOptions } from "../../support/llm-server.ts";

async function server(options: ServerOptions = {}): Promise<LlmServer> {
  const started = await startLlmServer(options);
  onTestFinished(() => started.close());
  return started;
}

const failed = (outcome: Outcome): string =>
  outcome.ok ? "answered" : `${outcome.failure.kind}: ${outcome.failure.message}`;

test("a call carries model, messages, key, headers and body of its provider and gives the reply taken apart", async () => {
  const { url, seen } = await server();
  const { chat, ledger } = openClient(
    loopToml(
      url,
      `headers = { "X-Title" = "kingmaker" }\nheaders_env = { "X-Org" = "ORG" }\nbody = { chat_template_kwargs = { thinking = false } }\n[provider.loop.price.m]\ninput = 2.0\ncached_input = 1.0\noutput = 10.0`,
    ),
    { env: { LOOP_KEY: KEY, ORG: "org-7" } },
  );
  const outcome = await chat(requestOf("hello"), item("a"));
  expect(outcome).toMatchObject({
    ok: true,
    reply: {
      provider: "loop",
      model: "m",
      content: expect.stringContaining("```bash") as string,
      finish_reason: "stop",
      request_id: "r1",
      usage: {
        prompt_tokens: 1000,
        cached_tokens: 600,
        completion_tokens: 100,
        reasoning_tokens: 0,
      },
    },
  });
  // 400 x 2 + 600 x 1 + 100 x 10 USD a million tokens.
  expect(outcome.ok && outcome.reply.cost_usd).toBeCloseTo(0.0024, 10);
  expect(ledger.spent()).toMatchObject({ tokens: 1100, unpriced: 0 });
  expect(seen[0]?.body).toEqual({
    chat_template_kwargs: { thinking: false },
    model: "m",
    messages: [
      { role: "system", content: "You are an agent." },
      { role: "user", content: "hello" },
    ],
    temperature: 0,
    max_tokens: 256,
  });
  const telling = Object.keys(seen[0]?.headers ?? {}).filter((name) => /stainless/i.test(name));
  expect(telling).toEqual([]);
  expect(seen[0]?.headers).toMatchObject({
    authorization: `Bearer ${KEY}`,
    "x-title": "kingmaker",
    "x-org": "org-7",
  });
});

test("a provider without api_key_env is sent no authorization header", async () => {
  const { url, seen } = await server();
  const { chat } = openClient(
    `[provider.loop]\nbase_url = "${url}"\nmax_tokens_field = "max_completion_tokens"`,
  );
  expect((await chat(requestOf("hello"), item("a"))).ok).toBe(true);
  expect(seen[0]?.headers["authorization"]).toBeUndefined();
  expect(seen[0]?.body).toMatchObject({ max_completion_tokens: 256 });
  expect(seen[0]?.body).not.toHaveProperty("max_tokens");
});

test.each([
  [
    "no key",
    loopToml("http://127.0.0.1:9/v1"),
    {},
    /provider loop needs its API key, and LOOP_KEY is not set/,
  ],
  ["no base_url", `[provider.loop]\n`, {}, /\[provider\.loop\] has no base_url/],
  ["no address", loopToml("nonsense"), { LOOP_KEY: KEY }, /"nonsense" is no http or https address/],
  [
    "a key with a line break",
    loopToml("http://127.0.0.1:9/v1"),
    { LOOP_KEY: "a\nb" },
    /LOOP_KEY holds characters that no header can carry/,
  ],
  [
    "no header variable",
    loopToml("http://127.0.0.1:9/v1", `headers_env = { "X-Org" = "ORG" }`),
    { LOOP_KEY: KEY },
    /provider loop needs its header X-Org, and ORG is not set/,
  ],
  [
    "a budget over a model without a price",
    `${loopToml("http://127.0.0.1:9/v1")}[budget]\nmax_usd = 1.0`,
    { LOOP_KEY: KEY },
    /\[budget\]\.max_usd is set, but m has no price, so the budget could not hold/,
  ],
])("the client refuses to open with %s, and says what to do", (_name, toml, env, message) => {
  const models = [{ provider: "loop", model: "m" }];
  expect(() => openClient(toml, { env, models })).toThrow(message);
});

test("the missing key's error says where to put it, and the offline provider needs none", async () => {
  const offline = (): Outcome => ({
    ok: true,
    reply: replyOf("recorded", { provider: "offline", cost_usd: 0 }),
  });
  const { chat, ledger, root } = openClient(loopToml("http://127.0.0.1:9/v1"), {
    env: {},
    offline,
  });
  await expect(chat(requestOf("x"), item("a"))).rejects.toMatchObject({
    hint: expect.stringContaining(`put LOOP_KEY=... into ${root}/.env`) as string,
  });
  const outcome = await chat(requestOf("x", { provider: "offline" }), item("a"));
  expect(outcome).toMatchObject({ ok: true, reply: { content: "recorded" } });
  expect(ledger.calls()).toBe(1);
  expect(readFileSync(join(root, "report/ledger.jsonl"), "utf8")).toContain('"outcome":"ok"');
});

test("a reply comes back after faults, and every try stands in the ledger", async () => {
  const plan = ["500", "cut_json", "429_after", "reset_body"] as const;
  const { url, stats } = await server({ fault: (n) => plan[n - 1] ?? null, retryAfterS: 0.01 });
  const { chat, root } = openClient(loopToml(url));
  expect((await chat(requestOf("x"), item("a"))).ok).toBe(true);
  expect(stats.requests).toBe(5);
  const lines = readFileSync(join(root, "report/ledger.jsonl"), "utf8").trim().split("\n");
  const outcomes = lines
    .map((line) => JSON.parse(line) as { outcome: string | null })
    .map(({ outcome }) => outcome);
  expect(outcomes).toEqual([
    null,
    "http_500",
    null,
    "bad_json",
    null,
    "http_429",
    null,
    "reset_body",
    null,
    "ok",
  ]);
});

test("an error keeps the provider's words and the request's id, and never the key", async () => {
  const body = { detail: `no balance for ${KEY}` };
  const { url } = await server({ answer: () => ({ status: 402, body }) });
  const { chat, root } = openClient(loopToml(url));
  const outcome = await chat(requestOf("x"), item("a"));
  expect(failed(outcome)).toBe("settings: http_402: no balance for [key]");
  expect(outcome).toMatchObject({ failure: { status: 402, request_id: "r1" } });
  expect(readFileSync(join(root, "report/ledger.jsonl"), "utf8")).not.toContain(KEY);
});
