import { expect, test } from "vitest";
import { clustersOf } from "../../../src/core/duel/clusters.ts";
import { clustersFor, powerOf, spreadOf } from "../../../src/core/duel/power.ts";

const SPREAD = { between: 0.001, within: 0.009, turnsPerCluster: 5, evenness: 1 };
const RULES = { edge: 3, win_margin: 2, gate_alpha: 0.05 };

test("variances within and between clusters are worked by hand", () => {
  // Pairs (0, 2) and (4, 6): within (1 + 1 + 1 + 1) / 2 = 2; means 1 and 5, MSB = 2 x 8 = 16.
  const turns = [0, 2, 4, 6].map((value, at) => ({ cluster: at < 2 ? "a" : "b", value }));
  expect(spreadOf(turns, clustersOf(turns))).toEqual({
    within: 2,
    between: 7,
    turnsPerCluster: 2,
    evenness: 1,
  });
  expect(spreadOf(turns.slice(0, 1), clustersOf(turns.slice(0, 1)))).toBeNull();
});

test("power is worked by hand, and grows with the clusters", () => {
  // se^2 = (.001 + .009 / 5) / 200 = 1.4e-5, se = .0037417; (.015 - .01) / se = 1.3363: power .9093;
  // win_margin asks for more than 1.645 se = .00615.
  expect(powerOf(200, SPREAD, RULES)).toBeCloseTo(0.9093, 3);
  expect(powerOf(400, SPREAD, RULES)).toBeGreaterThan(powerOf(200, SPREAD, RULES));
});

test("the fewest clusters have the power asked for, and one less has not", () => {
  const needed = clustersFor(0.8, SPREAD, RULES) ?? 0;
  expect(powerOf(needed, SPREAD, RULES)).toBeGreaterThanOrEqual(0.8);
  expect(powerOf(needed - 1, SPREAD, RULES)).toBeLessThan(0.8);
});

test("no number of turns finds an edge that is no more than win_margin", () => {
  expect(clustersFor(0.8, SPREAD, { ...RULES, edge: 2 })).toBeNull();
});
