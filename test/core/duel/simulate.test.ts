import { expect, test } from "vitest";
import {
  simulate,
  simulationError,
  type SimulatedWorld,
  type Simulation,
} from "../../../src/core/duel/simulate.ts";
import { simulationNotes, simulationTable } from "../../../src/core/duel/simulation-table.ts";
import { seededRng } from "../../../src/core/random.ts";

const WORLD: SimulatedWorld = {
  instances: 60,
  turnsPerInstance: 5,
  intraclass: 0.3,
  judges: 3,
  firstPlaceBias: 0.15,
  difference: 0,
};

const run = (over: Partial<SimulatedWorld>, duels: number, seed = 1): Simulation =>
  simulate({ ...WORLD, ...over }, duels, seededRng(seed, "votes"), {
    win_margin: 2,
    gate_alpha: 0.05,
    bootstrap_resamples: 300,
    min_valid_turn_frac: 0.5,
    rng: (purpose) => seededRng(seed, purpose),
  });

const row = (simulation: Simulation, orders: string) =>
  simulation.rows.find((one) => one.orders === orders) ?? {
    accepted: Number.NaN,
    acceptedPlain: Number.NaN,
  };

test("with no true difference the gate accepts at most alpha of the duels, within three errors", () => {
  const nothing = run({}, 120);
  const { accepted } = row(nothing, "both");
  expect(accepted).toBeLessThanOrEqual(0.05 + 3 * simulationError(0.05, 120));
  // A fixed order turns first-place bias into a verdict, whichever candidate it favours.
  expect(row(nothing, "fixed").acceptedPlain).toBe(0);
  expect(row(nothing, "reversed").acceptedPlain).toBe(1);
});

test("the plain bound accepts more often than the clustered one when instances hang together", () => {
  const { accepted, acceptedPlain } = row(run({ intraclass: 0.7 }, 60), "both");
  expect(acceptedPlain).toBeGreaterThan(accepted);
});

test("a true difference is found, and more surely with more instances", () => {
  const few = row(run({ difference: 8, instances: 20 }, 40), "both").accepted;
  const many = row(run({ difference: 8, instances: 100 }, 40), "both").accepted;
  expect(many).toBeGreaterThan(few);
  expect(many).toBeGreaterThan(0.8);
});

test("the drawn votes are what they are meant to be", () => {
  const { draws, firstShare, intraclass } = run({}, 30);
  expect(draws).toBeGreaterThan(0.65);
  expect(draws).toBeLessThan(0.71);
  expect(intraclass).toBeGreaterThan(0.26);
  expect(intraclass).toBeLessThan(0.34);
  expect(firstShare).toBeGreaterThan(0.65);
  expect(run({ firstPlaceBias: 0 }, 20).firstShare).toBeCloseTo(0.5, 1);
});

test("the same seed gives the same simulation, and it prints as a table", () => {
  const [one, other] = [run({}, 5), run({}, 5)];
  expect(other).toEqual(one);
  expect(simulationTable([one]).split("\n")).toHaveLength(2 + 4);
  expect(simulationTable([one])).toContain("| 0 | 60 x 5 | both | ");
  expect(simulationNotes([one])[0]).toMatch(/^difference 0, 60 x 5: 5 duels, \d+\.\d % draws/);
});
