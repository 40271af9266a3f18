import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLedger } from "../../src/io/ledger.ts";
import type { LedgerLine } from "../../src/records/ledger.ts";
import { NO_USAGE } from "../../src/records/run-info.ts";
import { tempProject } from "../support/project.ts";

const now = (): Date => new Date("2026-11-21T10:00:00Z");
const call = {
  stage: "king",
  key: "king/a.json/1",
  role: "king",
  provider: "p",
  model: "m",
} as const;
const usage = { ...NO_USAGE, prompt_tokens: 100, cached_tokens: 60, completion_tokens: 20 };
const done = { usage, usd: 0.5, latencyMs: 12, outcome: "ok", estimated: false };

const linesOf = (root: string): LedgerLine[] =>
  readFileSync(join(root, "report/ledger.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LedgerLine);

test("the ledger has an intent line before the call and an outcome line before its result is used", async () => {
  const root = tempProject();
  const ledger = openLedger(root, now);
  const id = await ledger.intent(call, usage, 0.7);
  expect(linesOf(root)).toMatchObject([
    { id, event: "intent", item: "king/a.json/1", tokens_in: 100, usd: 0.7, outcome: null },
  ]);
  expect(ledger.reserved()).toEqual({ tokens: 120, usd: 0.7, unpriced: 0 });
  await ledger.outcome(id, { ...done, outcome: "http_500" });
  expect(linesOf(root)[1]).toMatchObject({
    id,
    event: "outcome",
    stage: "king",
    provider: "p",
    tokens_cached: 60,
    latency_ms: 12,
    outcome: "http_500",
  });
  expect(ledger.spent()).toEqual({ tokens: 120, usd: 0.5, unpriced: 0 });
  expect(ledger.reserved()).toEqual({ tokens: 0, usd: 0, unpriced: 0 });
  await ledger.close();
});

test("the ledger goes on with what earlier runs spent, and an intent of a killed run keeps its reservation", async () => {
  const root = tempProject();
  const first = openLedger(root, now);
  await first.outcome(await first.intent(call, usage, 0.7), done);
  await first.intent(call, usage, 0.7);
  // No close: as after SIGKILL.
  const second = openLedger(root, now);
  expect(second.spent()).toEqual({ tokens: 240, usd: 1.2, unpriced: 0 });
  expect(second.reserved().tokens).toBe(0);
  expect(second.calls()).toBe(0);
  await second.close();
  await first.close();
});

test("unpriced calls are counted apart and never taken as 0 USD", async () => {
  const root = tempProject();
  const ledger = openLedger(root, now);
  await ledger.outcome(await ledger.intent(call, usage, null), { ...done, usd: null });
  expect(ledger.spent()).toEqual({ tokens: 120, usd: 0, unpriced: 1 });
  expect(linesOf(root).map((line) => line.usd)).toEqual([null, null]);
  await ledger.close();
});

test.each([
  ["half a line", '{"id":"x","event":"int'],
  ["half a character", Buffer.from("é", "utf8").subarray(0, 1).toString("latin1")],
])("a torn last line is cut off on opening: %s", async (_name, torn) => {
  const root = tempProject();
  const first = openLedger(root, now);
  await first.outcome(await first.intent(call, usage, 0.7), done);
  await first.close();
  appendFileSync(join(root, "report/ledger.jsonl"), torn, "latin1");
  const second = openLedger(root, now);
  expect(second.spent().tokens).toBe(120);
  await second.outcome(await second.intent(call, usage, 0.7), done);
  await second.close();
  expect(linesOf(root)).toHaveLength(4);
});

test("a line in the middle that is no ledger line is an error with its number", () => {
  const root = tempProject();
  mkdirSync(join(root, "report"));
  writeFileSync(join(root, "report/ledger.jsonl"), '{"id": 3}\nnonsense\n');
  expect(() => openLedger(root, now)).toThrow(/ledger\.jsonl line 1 is no ledger line: /);
});

test("lines due together go out in one write, a thousand calls at once lose none", async () => {
  const root = tempProject();
  const ledger = openLedger(root, now);
  const ids = await Promise.all(Array.from({ length: 1000 }, () => ledger.intent(call, usage, 1)));
  expect(ledger.reserved().usd).toBe(1000);
  await Promise.all(ids.map((id) => ledger.outcome(id, done)));
  expect(linesOf(root)).toHaveLength(2000);
  expect(new Set(ids).size).toBe(1000);
  expect(ledger.calls()).toBe(1000);
  await ledger.close();
});

test("a ledger of more than a block adds up the same", async () => {
  const root = tempProject();
  const ledger = openLedger(root, now);
  const long = { ...call, key: `king/${"é".repeat(400)}/1` };
  await Promise.all(
    Array.from({ length: 1500 }, async () =>
      ledger.outcome(await ledger.intent(long, usage, 1), done),
    ),
  );
  await ledger.close();
  expect(openLedger(root, now).spent()).toEqual({ tokens: 180_000, usd: 750, unpriced: 0 });
});

test("a call in flight at a kill is booked at its reservation once twice the provider's timeout has passed", async () => {
  const root = tempProject();
  const at = (seconds: number) => (): Date => new Date(now().getTime() + 1000 * seconds);
  const killed = openLedger(root, now);
  await killed.intent(call, usage, 0.7);
  await killed.outcome(await killed.intent(call, usage, 0.7), done);

  const young = openLedger(root, at(59), () => 30);
  expect(linesOf(root)).toHaveLength(3);
  const spent = young.spent();
  await young.close();

  const old = openLedger(root, at(61), () => 30);
  expect(old.spent()).toEqual(spent);
  expect(linesOf(root).at(-1)).toMatchObject({
    id: linesOf(root)[0]?.id,
    event: "outcome",
    outcome: "unknown",
    estimated: true,
    usd: 0.7,
  });
  await old.close();
  const again = openLedger(root, at(100_000), () => 30);
  expect(linesOf(root)).toHaveLength(4);
  expect(again.spent()).toEqual(spent);
  await again.close();
  await killed.close();
});

test("a call waits as long as the settings said that it began under, also when they are shorter now", async () => {
  const root = tempProject();
  const at = (seconds: number) => (): Date => new Date(now().getTime() + 1000 * seconds);
  const killed = openLedger(root, now, () => 3600);
  await killed.intent(call, usage, 0.7);
  await killed.close();
  for (const [seconds, timeout, lines] of [
    [7199, 30, 1],
    [7199, undefined, 1],
    [7201, 7200, 1],
    [7201, 30, 2],
  ] as const) {
    const ledger = openLedger(root, at(seconds), () => timeout);
    expect(linesOf(root)).toHaveLength(lines);
    await ledger.close();
  }
});

test("a clock that was set back releases nothing early", async () => {
  const root = tempProject();
  const killed = openLedger(root, now);
  await killed.intent(call, usage, 0.7);
  const earlier = openLedger(
    root,
    () => new Date(now().getTime() - 86_400_000),
    () => 30,
  );
  expect(linesOf(root)).toHaveLength(1);
  await earlier.close();
  await killed.close();
});
