/** What bounds the calls: the budget, the allowance a minute, the places, and Ctrl-C. */
import { expect, onTestFinished, test } from "vitest";
import { localEngine } from "../../../src/io/engine.ts";
import { NO_USAGE } from "../../../src/records/run-info.ts";
import type { Outcome, WorkItem, WorkReport } from "../../../src/work.ts";
import { item, loopToml, openClient, requestOf, type Client } from "../../support/client.ts";
import { startLlmServer, type LlmServer, type ServerOptions } from "../../support/llm-server.ts";

const never = new AbortController().signal;

async function server(options: ServerOptions = {}): Promise<LlmServer> {
  const started = await startLlmServer(options);
  onTestFinished(() => started.close());
  return started;
}

const works = (count: number): WorkItem[] =>
  Array.from({ length: count }, (_, i) => ({ ...item(`i${i}`), request: requestOf(`item ${i}`) }));

function run({ chat }: Client, items: WorkItem[], signal = never): Promise<WorkReport> {
  return localEngine({ chat, places: chat, window: 256, signal })(items, async () => []);
}

const failed = (outcome: Outcome): string =>
  outcome.ok ? "answered" : `${outcome.failure.kind}: ${outcome.failure.message}`;

// A call of `works` reserves 24 bytes / 2 + 64 + 256 = 332 tokens at most, and is billed 120.
const usage = { prompt_tokens: 20, completion_tokens: 100 };
const RESERVED = { ...NO_USAGE, prompt_tokens: 76, completion_tokens: 256 };
const PRICE = `[provider.loop.price.m]\ninput = 1000.0\noutput = 10000.0\n`;

test("a budget in tokens is never passed, counts all runs of the workspace, and is used to the last call that fits", async () => {
  const { url, stats } = await server({ latencyMs: 5, usage });
  const toml = `${loopToml(url)}[budget]\nmax_tokens = 6000\n`;
  const first = openClient(toml);
  expect((await run(first, works(20))).stopped).toBeNull();
  expect(first.ledger.spent().tokens).toBe(2400);

  const second = openClient(toml, { root: first.root });
  const report = await run(second, works(100));
  // 6000 hold 48 calls of 120, the last one begun while 332 were left: 5640 + 332 <= 6000.
  expect(second.ledger.spent().tokens).toBe(5760);
  expect(stats.requests).toBe(48);
  expect(report.stopped).toEqual({
    why: "budget",
    message:
      "the budget of 6000 tokens leaves no room for another call: 5760 are spent; raise [budget].max_tokens to go on",
  });
  expect(report.unanswered).toBe(72);
});

test("a budget in USD holds with many calls in flight, each reserved at its most", async () => {
  const { url, stats } = await server({ latencyMs: 20, usage });
  const client = openClient(`${loopToml(url)}${PRICE}[budget]\nmax_usd = 10.0\n`);
  const report = await run(client, works(64));
  // 20 x 0.001 + 100 x 0.01 = 1.02 USD a call; at most 2.6 USD: at no time more than 10 USD out.
  expect(stats.mostInFlight).toBeLessThanOrEqual(3);
  expect(client.ledger.spent().usd).toBeLessThanOrEqual(10);
  expect(stats.requests).toBe(8);
  expect(report.stopped?.message).toBe(
    "the budget of $10 leaves no room for another call: $8.1600 are spent; raise [budget].max_usd to go on",
  );
});

test("a budget in USD counts what earlier runs spent, and what a call in flight at a kill may have cost", async () => {
  const { url, stats } = await server({ latencyMs: 5, usage });
  const toml = `${loopToml(url)}${PRICE}[budget]\nmax_usd = 10.0\n`;
  const first = openClient(toml);
  expect((await run(first, works(4))).stopped).toBeNull();
  expect(first.ledger.spent().usd).toBeCloseTo(4.08);
  // A process that died here: its intent stands, and 2.6 USD are taken for spent.
  await first.ledger.intent({ ...item("killed"), provider: "loop", model: "m" }, RESERVED, 2.6);

  const second = openClient(toml, { root: first.root });
  expect(second.ledger.spent().usd).toBeCloseTo(6.68);
  const report = await run(second, works(100));
  // 6.68 + 1.02 + 2.6 is over 10: one more call fits.
  expect(stats.requests).toBe(5);
  expect(second.ledger.spent().usd).toBeCloseTo(7.7);
  expect(report.stopped?.message).toBe(
    "the budget of $10 leaves no room for another call: $7.7000 are spent; raise [budget].max_usd to go on",
  );
  expect(report.unanswered).toBe(99);
});

test("no more calls are in flight than max_concurrency, and --concurrency cuts it down over all providers", async () => {
  const { url, stats } = await server({ latencyMs: 20 });
  await run(openClient(loopToml(url, "max_concurrency = 12")), works(200));
  expect(stats.mostInFlight).toBe(12);

  const other = await server({ latencyMs: 20 });
  const toml = `${loopToml(other.url)}[provider.two]\nbase_url = "${other.url}"\n`;
  const items = works(60).map((one, i) =>
    i % 2 === 0 ? one : { ...one, request: { ...one.request, provider: "two" } },
  );
  await run(openClient(toml, { concurrency: 5 }), items);
  expect(other.stats.mostInFlight).toBe(5);
});

test("a provider that bears fewer calls than max_concurrency answers every item in the end", async () => {
  const { url, stats } = await server({ latencyMs: 20, bears: 20 });
  const client = openClient(loopToml(url, "max_concurrency = 256"));
  expect(await run(client, works(300))).toMatchObject({ unanswered: 0, stopped: null });
  expect(stats.byOutcome["429"] ?? 0).toBeGreaterThan(0);
  expect(stats.delivered).toBe(300);
});

test("requests a minute are kept to, over all models of a provider", async () => {
  const { url, stats } = await server();
  const client = openClient(loopToml(url, "requests_per_minute = 600"));
  const items = works(75).map((one, i) => ({
    ...one,
    request: { ...one.request, model: `m${i % 3}` },
  }));
  const started = performance.now();
  await run(client, items);
  // 60 at once, then 9 a second: the 75th goes 1.67 s after the first at the earliest, on any machine.
  expect(performance.now() - started).toBeGreaterThan(1600);
  expect(stats.requests).toBe(75);
});

test("tokens a minute are kept to: what was reserved and not used comes back", async () => {
  const { url, stats } = await server({ usage });
  const client = openClient(loopToml(url, "tokens_per_minute = 24000"));
  const started = performance.now();
  await run(client, works(24));
  // 24 x 120 = 2880 tokens: 2400 at once, 360 a second after that: a bound on any machine.
  expect(performance.now() - started).toBeGreaterThan(1000);
  expect(stats.requests).toBe(24);
});

test("interrupted, calls in flight are answered and everything that waits ends at once", async () => {
  const { url, stats } = await server({
    latencyMs: 300,
    fault: (n) => (n === 1 ? "429_after" : null),
    retryAfterS: 60,
  });
  const stopping = new AbortController();
  const client = openClient(loopToml(url, "max_concurrency = 4"), { signal: stopping.signal });
  const outcomes: string[] = [];
  const engine = localEngine({
    chat: client.chat,
    places: client.chat,
    window: 64,
    signal: stopping.signal,
  });
  const running = engine(works(100), async (_item, outcome) => {
    outcomes.push(failed(outcome));
    if (outcomes.length === 4) stopping.abort();
    return [];
  });
  const report = await running;
  expect(report.stopped).toEqual({ why: "interrupted", message: "stopped by Ctrl-C" });
  expect(outcomes.filter((text) => text === "answered").length).toBe(stats.requests - 1);
  expect(outcomes.filter((text) => text.startsWith("interrupted")).length).toBeGreaterThan(0);
  expect(client.ledger.reserved().tokens).toBe(0);
});
