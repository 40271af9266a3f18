import { expect, test } from "vitest";
import {
  SCENARIOS,
  simulate,
  simulationError,
  type Simulation,
} from "../../../src/core/duel/simulate.ts";
import { simulationNotes, simulationTable } from "../../../src/core/duel/simulation-table.ts";
import { PLAIN_WORLD, type World } from "../../../src/core/duel/worlds.ts";
import { seededRng } from "../../../src/core/random.ts";

const run = (over: Partial<World>, duels: number, looks = 1): Simulation =>
  simulate(
    { name: "x", group: "power", looks, world: { ...PLAIN_WORLD, ...over } },
    duels,
    seededRng(1, "votes"),
    { gate_alpha: 0.05, bootstrap_resamples: 199, rng: (purpose) => seededRng(1, purpose) },
  );

test.each<[string, Partial<World>, number]>([
  ["equal repositories", {}, 1],
  ["Pareto sizes", { sizes: "pareto" }, 1],
  ["ten looks", { repositories: 30 }, 10],
])("without a true edge the rule accepts about alpha of the duels: %s", (_name, over, looks) => {
  expect(run(over, 120, looks).rule).toBeLessThanOrEqual(0.05 + 3 * simulationError(0.05, 120));
});

test("ten looks without spending accept more often than the rule in force", () => {
  const { rule, percentile } = run({ repositories: 30 }, 120, 10);
  expect(percentile).toBeGreaterThan(rule);
});

test("a fixed order turns first-place bias into a verdict, whichever candidate it favours", () => {
  expect(run({ orders: "fixed" }, 20).rule).toBe(0);
  expect(run({ orders: "reversed" }, 20).rule).toBe(1);
});

test("a true edge is found, and more surely with more repositories", () => {
  const few = run({ difference: 8, repositories: 20 }, 40).rule;
  const many = run({ difference: 8, repositories: 100 }, 40).rule;
  expect(many).toBeGreaterThan(few);
  expect(many).toBeGreaterThan(0.8);
});

test("the drawn votes are what they are meant to be", () => {
  const { draws, firstShare } = run({}, 30);
  expect(draws).toBeGreaterThan(0.65);
  expect(draws).toBeLessThan(0.71);
  expect(firstShare).toBeGreaterThan(0.65);
  expect(run({ firstPlaceBias: 0 }, 20).firstShare).toBeCloseTo(0.5, 1);
});

test("the same seed gives the same simulation, and it prints as a table", () => {
  const [one, other] = [run({}, 5), run({}, 5)];
  expect(other).toEqual(one);
  expect(simulationTable([one]).split("\n")).toHaveLength(3);
  expect(simulationNotes([one])[1]).toMatch(/^\d+\.\d % of the votes are draws/);
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
});
