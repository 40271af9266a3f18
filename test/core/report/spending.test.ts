import { expect, test } from "vitest";
import { sumSpending } from "../../../src/core/report/spending.ts";
import type { LedgerLine } from "../../../src/records/ledger.ts";

const line = (over: Partial<LedgerLine>): LedgerLine => ({
  id: "1",
  event: "outcome",
  time: "2026-01-01T00:00:00.000Z",
  stage: "king",
  item: "king/a.json/1",
  role: "king",
  provider: "p",
  model: "m",
  tokens_in: 100,
  tokens_cached: 40,
  tokens_out: 10,
  tokens_reasoning: 0,
  usd: 0.5,
  latency_ms: 1000,
  outcome: "ok",
  ...over,
});

test("failed calls cost too, unpriced ones are counted apart, lost ones stay reserved", () => {
  const sum = sumSpending();
  sum.add(line({ event: "intent", outcome: null, usd: 9 }));
  sum.add(line({}));
  sum.add(line({ id: "2", event: "intent", outcome: null }));
  sum.add(line({ id: "2", outcome: "http_500", usd: 0.25 }));
  sum.add(line({ id: "3", usd: null }));
  sum.add(line({ id: "4", event: "intent", outcome: null, usd: 2 }));
  expect(sum.rows()).toEqual([
    {
      stage: "king",
      provider: "p",
      model: "m",
      calls: 3,
      failed: 1,
      tokens_in: 300,
      tokens_cached: 120,
      tokens_out: 30,
      tokens_reasoning: 0,
      usd: 0.75,
      usd_failed: 0.25,
      unpriced: 1,
      latency_ms: 3000,
      lost: 1,
      usd_lost: 2,
    },
  ]);
});

test("a lost call that was booked costs, and is no call that ended", () => {
  const sum = sumSpending();
  sum.add(line({}));
  sum.add(line({ id: "2", event: "intent", outcome: null, usd: 2 }));
  sum.add(line({ id: "2", outcome: "unknown", usd: 2, latency_ms: null }));
  expect(sum.rows()).toMatchObject([
    { calls: 1, failed: 0, usd: 2.5, usd_failed: 0, lost: 0, booked: 1, usd_booked: 2 },
  ]);
});

test("calls without a price that are in flight, or were when a run died, are counted as such", () => {
  const sum = sumSpending();
  sum.add(line({ id: "1", event: "intent", outcome: null, usd: null }));
  sum.add(line({ id: "2", event: "intent", outcome: null, usd: null }));
  sum.add(line({ id: "2", outcome: "unknown", usd: null, latency_ms: null }));
  expect(sum.rows()).toMatchObject([
    { calls: 0, usd: 0, usd_lost: 0, unpriced: 0, unpriced_lost: 1, unpriced_booked: 1 },
  ]);
  expect(sumSpending(sum.state()).rows()).toEqual(sum.rows());
});

test("an empty ledger has no rows, and stages come in the order of the chain", () => {
  expect(sumSpending().rows()).toEqual([]);
  const sum = sumSpending();
  for (const stage of ["validate", "king", "challenger"]) sum.add(line({ stage }));
  expect(sum.rows().map((row) => row.stage)).toEqual(["king", "challenger", "validate"]);
});
