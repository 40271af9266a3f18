import { expect, test } from "vitest";
import { askedHereLine, carriedPrice, isAskedHere } from "../../../src/core/spend/carried.ts";
import type { EstimateRow, ModelStage } from "../../../src/core/spend/estimate.ts";
import { estimateLines } from "../../../src/core/spend/table.ts";

const row = (stage: ModelStage, model: string, calls: number): EstimateRow => ({
  stage,
  provider: "p",
  model,
  calls,
  most_calls: calls,
  tokens_in: 1,
  tokens_out: 1,
  most_tokens: 2,
  usd: 1,
  most_usd: 2,
});

test.each([
  ["local", 1000, true],
  ["batch", 199, true],
  ["batch", 200, false],
  ["batch-file", 199, true],
  ["ray", 200, false],
])("with the engine %s, %d calls of a stage are asked here: %s", (name, calls, here) => {
  expect(isAskedHere({ name, online_below: 200 }, calls)).toBe(here);
});

test.each([
  ["batch", 199, 1],
  ["batch", 200, 0.5],
  ["batch-file", 200, 1],
  ["local", 200, 1],
])("the engine %s asks %d calls at %d of the price", (name, calls, share) => {
  const price = { input: 2, output: 4, batch: 0.5 };
  expect(carriedPrice({ name, online_below: 200 }, price, calls)).toMatchObject({
    input: 2 * share,
    output: 4 * share,
  });
});

test("the estimate names the stages that a batch does not carry, all their models together", () => {
  const rows = [row("king", "k", 12), row("validate", "j1", 150), row("validate", "j2", 150)];
  const engine = { name: "batch", online_below: 200 };
  const line =
    'king (12 calls): fewer than [engine].online_below = 200, so asked one by one at the full price although the engine is "batch"';
  expect(askedHereLine(rows, engine)).toBe(line);
  expect(estimateLines(rows, engine).at(-1)).toBe(line);
  expect(askedHereLine(rows, { name: "ray", online_below: 13 })).toBe(
    'king (12 calls): fewer than [engine].online_below = 13, so asked by this process although the engine is "ray"',
  );
  expect(askedHereLine(rows, { name: "local", online_below: 200 })).toBeNull();
  expect(askedHereLine(rows, { name: "batch", online_below: 0 })).toBeNull();
});
