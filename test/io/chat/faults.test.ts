/** Two thousand items against a server that fails in every way it can, by a seeded plan. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { localEngine } from "../../../src/io/engine.ts";
import { ledgerLineSchema, type LedgerLine } from "../../../src/records/ledger.ts";
import type { Outcome, WorkItem } from "../../../src/work.ts";
import { item, KEY, loopToml, openClient, requestOf, type Client } from "../../support/client.ts";
import { faultPlan, FAULTS, startLlmServer, type FaultName } from "../../support/llm-server.ts";

const never = new AbortController().signal;

function ledgerOf({ root }: Client): LedgerLine[] {
  const text = readFileSync(join(root, "report/ledger.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => ledgerLineSchema.parse(JSON.parse(line)));
}

const works = (count: number): WorkItem[] =>
  Array.from({ length: count }, (_, i) => ({ ...item(`i${i}`), request: requestOf(`item ${i}`) }));

/** Runs all items through the engine; gives the outcomes by key, each exactly once. */
async function runAll(client: Client, items: readonly WorkItem[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const engine = localEngine({
    chat: client.chat,
    places: client.chat,
    window: 512,
    signal: never,
  });
  await engine(items, async ({ key }, outcome) => {
    expect(outcomes.has(key)).toBe(false);
    outcomes.set(key, outcome);
    return [];
  });
  return outcomes;
}

/** What a fault of the server is called in the ledger. */
const KIND: Readonly<Record<FaultName, string>> = {
  "429": "http_429",
  "429_after": "http_429",
  "500": "http_500",
  "502": "http_502",
  "503": "http_503",
  "529": "http_529",
  reset_before: "reset",
  reset_body: "reset_body",
  stall_header: "timeout",
  stall_body: "timeout_body",
  cut_json: "bad_json",
  html: "html",
  error_200: "error_body",
  no_choices: "no_choices",
  null_content: "empty",
  reasoning_only: "reasoning_only",
  wrong_usage: "ok",
  duplicate_headers: "ok",
  big: "too_large",
};

test("of 2,000 items with 15 % faults of every kind all end with an answer or a reason, none is answered twice, and the ledger counts what the server counted", async () => {
  const kinds = FAULTS.filter((name) => name !== "big");
  const shares = Object.fromEntries(kinds.map((name) => [name, 0.148 / kinds.length]));
  const server = await startLlmServer({
    latencyMs: 2,
    fault: faultPlan(11, { ...shares, big: 0.002 }),
    retryAfterS: 0.1,
  });
  onTestFinished(() => server.close());
  const client = openClient(loopToml(server.url, "timeout_s = 4"));
  const outcomes = await runAll(client, works(2000));

  expect(outcomes.size).toBe(2000);
  const answered = [...outcomes.values()].filter(({ ok }) => ok).length;
  const reasons = [...outcomes.values()].flatMap((one) => (one.ok ? [] : [one.failure.kind]));
  expect(new Set(reasons)).toEqual(new Set(["rejected"])); // Answers of 10 MB.
  expect(reasons.length).toBe(server.stats.byOutcome["big"]);
  expect(server.stats.delivered).toBe(answered);
  expect(new Set(Object.values(server.stats.deliveredTo))).toEqual(new Set([1]));

  const lines = ledgerOf(client);
  const ended = lines.filter(({ event }) => event === "outcome");
  expect(lines.length).toBe(2 * server.stats.requests);
  expect(ended.length).toBe(server.stats.requests);
  const counted: Record<string, number> = {};
  for (const { outcome } of ended) counted[outcome ?? ""] = (counted[outcome ?? ""] ?? 0) + 1;
  const expected: Record<string, number> = {};
  for (const [name, n] of Object.entries(server.stats.byOutcome)) {
    const kind = FAULTS.find((fault) => fault === name);
    const called = kind === undefined ? "ok" : KIND[kind];
    expected[called] = (expected[called] ?? 0) + n;
  }
  expect(counted).toEqual(expected);
  expect(JSON.stringify([...outcomes.values()]) + JSON.stringify(lines)).not.toContain(KEY);
});

test("usage that cannot be true, and calls that may have been billed unseen, are booked at their most and marked", async () => {
  const plan = ["wrong_usage", "cut_json"] as const;
  const server = await startLlmServer({ fault: (n) => plan[n - 1] ?? null });
  onTestFinished(() => server.close());
  const client = openClient(loopToml(server.url));
  await runAll(client, works(2));
  const booked = ledgerOf(client).filter(({ event }) => event === "outcome");
  const estimated = booked.filter((line) => line["estimated"] === true);
  expect(new Set(estimated.map(({ outcome }) => outcome))).toEqual(new Set(["bad_json", "ok"]));
  expect(estimated.length).toBe(2);
  expect(estimated.every((line) => line.tokens_out === 256 && line.tokens_in > 64)).toBe(true);
});

test("reasoning without an answer is asked again with a larger limit", async () => {
  const server = await startLlmServer({ fault: (n) => (n <= 2 ? "reasoning_only" : null) });
  onTestFinished(() => server.close());
  const { chat } = openClient(loopToml(server.url));
  expect((await chat(requestOf("x"), item("a"))).ok).toBe(true);
  expect(server.seen.map(({ body }) => body.max_tokens)).toEqual([256, 512, 1024]);
});

// Slow because it must be: what keeps a run alive through an outage are waits on the real clock.
test("a server that dies for 20 s and comes back costs time, not items", async () => {
  const first = await startLlmServer({ latencyMs: 20 });
  const client = openClient(loopToml(first.url));
  const running = runAll(client, works(600));
  // A provider that never answered in a run is given up sooner than one that did.
  await expect.poll(() => first.stats.delivered, { timeout: 10_000 }).toBeGreaterThan(20);
  await first.close();
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  const second = await startLlmServer({ latencyMs: 2, port: first.port });
  onTestFinished(() => second.close());
  const outcomes = await running;
  expect([...outcomes.values()].filter(({ ok }) => !ok)).toEqual([]);
  expect(first.stats.delivered + second.stats.delivered).toBeGreaterThanOrEqual(600);
  expect(ledgerOf(client).filter(({ outcome }) => outcome === "ok").length).toBe(600);
}, 120_000);

test("a provider that only fails stops the run early, with a reason", async () => {
  const server = await startLlmServer({ fault: () => "503" });
  onTestFinished(() => server.close());
  const client = openClient(loopToml(server.url, "breaker = 5"));
  const engine = localEngine({ chat: client.chat, places: client.chat, window: 64, signal: never });
  const report = await engine(works(500), async () => []);
  expect(report.unanswered).toBe(500);
  expect(report.stopped?.why).toBe("provider");
  expect(report.stopped?.message).toMatch(
    /m: 5 calls in a row failed, the last one with http_503: the model fell over/,
  );
  expect(server.stats.requests).toBeLessThan(100);
});

test("one provider's trouble does not slow another's items", async () => {
  const bad = await startLlmServer({ fault: () => "stall_header" });
  const good = await startLlmServer({ latencyMs: 5 });
  onTestFinished(async () => {
    await Promise.all([bad.close(), good.close()]);
  });
  const toml = `${loopToml(good.url)}[provider.bad]\nbase_url = "${bad.url}"\ntimeout_s = 3\nbreaker = 8\ntries = 1\n`;
  const client = openClient(toml);
  let goodDone = 0;
  let badDoneBefore = 0;
  let badDone = 0;
  const items = works(300).flatMap((one) => [
    { ...one, key: `${one.key}b`, request: { ...one.request, provider: "bad" } },
    one,
  ]);
  const engine = localEngine({ chat: client.chat, places: client.chat, window: 64, signal: never });
  const report = await engine(items, async ({ request }) => {
    if (request.provider === "bad") badDone++;
    else if (++goodDone === 300) badDoneBefore = badDone;
    return [];
  });
  // All of the good provider's items were done before the first of the bad one's ran out of time.
  expect({ goodDone, badDoneBefore }).toEqual({ goodDone: 300, badDoneBefore: 0 });
  expect(report).toMatchObject({ unanswered: 300, stopped: null });
});

test("the fallback answers where the first model cannot, and the reply says who it was", async () => {
  const server = await startLlmServer({
    answer: ({ model }) =>
      model === "m" ? { status: 404, body: { error: "no such model" } } : "hello",
  });
  onTestFinished(() => server.close());
  const { chat } = openClient(loopToml(server.url));
  const fallback = [{ provider: "loop", model: "other" }];
  const outcome = await chat(requestOf("x", { fallback }), item("a"));
  expect(outcome).toMatchObject({ ok: true, reply: { model: "other", content: "hello" } });
  expect(server.seen.map(({ body }) => body.model)).toEqual(["m", "other"]);
});

test("a context too long concerns one item alone, and the provider goes on", async () => {
  const server = await startLlmServer({
    answer: ({ messages }) =>
      messages.at(-1)?.content === "item 3"
        ? { status: 400, body: { error: { message: "maximum context length is 8192 tokens" } } }
        : "hello",
  });
  onTestFinished(() => server.close());
  const client = openClient(loopToml(server.url));
  const outcomes = await runAll(client, works(20));
  const failed = [...outcomes].filter(([, { ok }]) => !ok);
  expect(failed).toMatchObject([["king/i3/1", { failure: { kind: "context", limit: 8192 } }]]);
  expect(server.stats.requests).toBe(20);
});
