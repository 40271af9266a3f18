import { expect, test } from "vitest";
import { chanceAbove, posteriorOf, surest } from "../../../src/core/duel/posterior.ts";
import { simulatePanels } from "../../../src/core/duel/simulate-panel.ts";
import { panelNotes, panelTable } from "../../../src/core/duel/panel-table.ts";
import { metricValues, type Ballot } from "../../../src/core/duel/turn-score.ts";
import { fairScore, measureVotes, SIMULATED_MODEL } from "../../../src/core/duel/vote-model.ts";
import { drawDuel, PLAIN_WORLD } from "../../../src/core/duel/worlds.ts";
import { seededRng } from "../../../src/core/random.ts";

/** A judge that gives all five metrics the same vote. */
const ballot = (vote: number, order: "king_first" | "challenger_first" = "king_first"): Ballot => ({
  model: "j",
  verdicts: [metricValues(() => vote)],
  orders: [order],
});
const VOTES = { mean: 50, between: 100, within: 300, first: 0, n_turns: 60 };

test("the posterior of a turn is worked by hand", () => {
  // Three judges give 100, 100, 50: mean 83.33; share 100 / (100 + 300 / 3) = 1/2.
  const found = posteriorOf([ballot(1), ballot(1), ballot(0.5)], VOTES);
  expect(found.mean).toBeCloseTo(50 + (250 / 3 - 50) / 2, 10);
  expect(found.variance).toBeCloseTo(50, 10);
  // Of the 100 that judges agree on, 60 are their common error: truth has 40, share 40 / 200.
  const truth = posteriorOf([ballot(1), ballot(1), ballot(0.5)], VOTES, 60);
  expect(truth.mean).toBeCloseTo(50 + (250 / 3 - 50) * 0.2, 10);
  expect(truth.variance).toBeCloseTo(40 * 0.8, 10);
  expect(posteriorOf([], VOTES)).toEqual({ mean: 50, variance: 100 });
});

test("chances of buckets add up, and the likeliest is named", () => {
  const posterior = { mean: 60, variance: 25 };
  expect(chanceAbove(posterior, 60)).toBeCloseTo(0.5, 10);
  // P(under 55) = P(Z < -1) = .1587, P(55 to 65) = .6827.
  expect(surest(posterior, [55, 65])).toBeCloseTo(0.6827, 4);
  expect(surest(posterior, [30, 40])).toBeGreaterThan(0.999);
  expect(chanceAbove({ mean: 60, variance: 0 }, 60)).toBe(0);
  expect(chanceAbove({ mean: 60, variance: 0 }, 59.9)).toBe(1);
});

test("being shown first is taken out of a judge's score, by its order", () => {
  expect(fairScore(ballot(0.5, "challenger_first"), { first: 7 })).toBe(43);
  expect(fairScore(ballot(0.5, "king_first"), { first: 7 })).toBe(57);
  const both = { ...ballot(0.5), orders: ["king_first", "challenger_first"] as const };
  expect(fairScore({ ...both, verdicts: [...both.verdicts, ...both.verdicts] }, { first: 7 })).toBe(
    50,
  );
});

test("how votes vary is measured by moments, worked by hand", () => {
  // 50 turns: both judges give 100 to half of them, 0 to the others: rests of 50 that always agree.
  const turns = Array.from({ length: 50 }, (_, at) => [ballot(at % 2), ballot(at % 2)]);
  expect(measureVotes(turns)).toEqual({
    mean: 50,
    between: 2500,
    within: 0,
    first: 0,
    n_turns: 50,
  });
  expect(measureVotes(turns.slice(1))).toBeNull();
  expect(measureVotes(turns.map(() => [ballot(0.5), ballot(0.5)]))).toBeNull();
  expect(measureVotes(turns.map(([one]) => (one === undefined ? [] : [one])))).toBeNull();
});

test("the votes that are taken where none were measured are those of the simulation", () => {
  const world = { ...PLAIN_WORLD, repositories: 600, judges: 2, orders: "random" as const };
  const found = measureVotes(drawDuel(world, seededRng(1, "votes")).map(({ ballots }) => ballots));
  expect(found).not.toBeNull();
  for (const key of ["mean", "between", "within", "first"] as const)
    expect(Math.abs((found?.[key] ?? 0) / SIMULATED_MODEL[key] - 1)).toBeLessThan(0.12);
});

test("two to six judges in one order find the best tenth as well as three in both, with fewer calls", () => {
  const found = simulatePanels(0, 1000, seededRng(3, "panels"));
  const [both, , , six] = found;
  expect(both).toMatchObject({ name: "3 judges, both orders", calls: 6 });
  expect(six?.name).toMatch(/^2 to 6 judges/);
  expect(six?.calls).toBeLessThan(0.65 * 6);
  // Two shares of 500 turns each: three standard errors of their difference are 9 points.
  expect(six?.precision).toBeGreaterThan((both?.precision ?? 1) - 0.09);
  expect(six?.otherBucket).toBeLessThan(0.01);
  expect(panelTable(found).split("\n")).toHaveLength(found.length + 2);
  expect(panelNotes(found, [])).toEqual([]);
});
