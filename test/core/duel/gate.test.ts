import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapMeans, clustersOf, lowerQuantile } from "../../../src/core/duel/bootstrap.ts";
import {
  boundsOf,
  gateReasons,
  type GateRules,
  type GateTurn,
} from "../../../src/core/duel/gate.ts";
import { seededRng } from "../../../src/core/random.ts";

const RULES: GateRules = {
  win_margin: 2,
  gate_alpha: 0.05,
  bootstrap_resamples: 2000,
  min_valid_turn_frac: 0.5,
  rng: (purpose) => seededRng(1, purpose),
};

/** Turns of `clusters` instances with the given scores, cyclically. */
const turnsOf = (clusters: number, ...scores: readonly number[]): GateTurn[] =>
  Array.from({ length: Math.max(clusters, scores.length) }, (_, at) => ({
    cluster: `c${at % clusters}`,
    score: scores[at % scores.length] ?? 50,
  }));

const accepted = (
  turns: readonly GateTurn[],
  over: Partial<Parameters<typeof gateReasons>[0]> = {},
) => {
  const bounds = boundsOf(turns, RULES);
  const challengerScore = bounds.mean === null ? null : 50 + 100 * bounds.mean;
  return gateReasons(
    { challengerScore, bounds, n_turns: turns.length, n_parsed: turns.length, ...over },
    RULES,
  );
};

test("the gate accepts a lead that is large, reliable and seen on enough turns", () => {
  expect(accepted(turnsOf(60, 60, 70))).toEqual([]);
});

test.each<[string, string[], string[]]>([
  ["no turn at all", accepted([]), ["no turn was scored"]],
  [
    "a lead just under win_margin",
    accepted(turnsOf(60, 50.9)),
    ["the margin 1.8 is below win_margin 2"],
  ],
  ["a lead of exactly win_margin", accepted(turnsOf(60, 51)), []],
  [
    "one cluster",
    accepted(turnsOf(1, 60, 70)),
    ["all turns are of one cluster: nothing says how far others would differ"],
  ],
  [
    "few valid turns",
    accepted(turnsOf(60, 60, 70), { n_turns: 121 }),
    ["60 of 121 turns parsed, under min_valid_turn_frac 0.5"],
  ],
  ["just enough valid turns", accepted(turnsOf(60, 60, 70), { n_turns: 120 }), []],
])("the gate on %s", (_name, reasons, expected) => {
  expect(reasons).toEqual(expected);
});

test("the gate rejects when the lower bound is exactly 0", () => {
  const bounds = { ...boundsOf(turnsOf(60, 60), RULES), lcb: 0 };
  expect(gateReasons({ challengerScore: 60, bounds, n_turns: 60, n_parsed: 60 }, RULES)).toEqual([
    "the lower bound 0.0000 at alpha 0.05 is not above 0",
  ]);
});

test("under 50 clusters the smaller of the percentile and the t bound decides, from 50 on the percentile", () => {
  const few = boundsOf(turnsOf(49, 40, 80, 65), RULES);
  expect(few.lcb).toBe(Math.min(few.lcb_bootstrap ?? 1, few.lcb_t ?? 1));
  const many = boundsOf(turnsOf(50, 40, 80, 65), RULES);
  expect(many.lcb).toBe(many.lcb_bootstrap);
});

test("the t bound is worked by hand", () => {
  // Clusters with sums .2, .4, .6 and one turn each: mean .4, SE = sqrt(3/2 x .08)/3, t(2) = 2.919986.
  const { lcb_t, mean, standard_error } = boundsOf(
    [70, 90, 110].map((score, at) => ({ cluster: `${at}`, score })),
    RULES,
  );
  expect(mean).toBeCloseTo(0.4, 12);
  expect(standard_error).toBeCloseTo(Math.sqrt(0.12) / 3, 12);
  expect(lcb_t).toBeCloseTo(0.4 - 2.919986 * (Math.sqrt(0.12) / 3), 6);
});

test("turns that hang together give a lower bound than the plain one", () => {
  const rng = seededRng(3, "clusters");
  const turns = Array.from({ length: 60 }, (_, c) => {
    const shift = (rng() - 0.5) * 60;
    return Array.from({ length: 6 }, () => ({
      cluster: `c${c}`,
      score: 60 + shift + (rng() - 0.5) * 10,
    }));
  }).flat();
  const bounds = boundsOf(turns, RULES);
  expect(bounds.lcb ?? 0).toBeLessThan((bounds.lcb_plain ?? 0) - 0.01);
});

test("the bounds are the same bits on every run and in every order of turns", () => {
  const rng = seededRng(4, "turns");
  const turns = Array.from({ length: 900 }, (_, at) => ({
    cluster: `c${at % 300}`,
    score: Math.round(rng() * 1e6) / 1e4,
  }));
  expect(boundsOf([...turns].reverse(), RULES)).toEqual(boundsOf(turns, RULES));
});

test.each([
  ["multinomial weights", 40],
  ["Poisson weights", 400],
])("%s give the mean and the standard error that theory gives", (_name, clusters) => {
  const rng = seededRng(5, "values");
  const turns = Array.from({ length: clusters * 4 }, () => ({
    cluster: `c${Math.floor(rng() * clusters)}`,
    value: rng() - 0.5,
  }));
  const groups = clustersOf(turns);
  const size = groups.sizes.reduce((sum, n) => sum + n, 0);
  const mean = groups.sums.reduce((sum, s) => sum + s, 0) / size;
  const error =
    Math.sqrt(
      groups.sums.reduce((sum, s, at) => sum + (s - mean * (groups.sizes[at] ?? 0)) ** 2, 0),
    ) / size;
  const means = bootstrapMeans(groups, 20_000, seededRng(6, "bootstrap"));
  const center = means.reduce((sum, m) => sum + m, 0) / means.length;
  const spread = Math.sqrt(means.reduce((sum, m) => sum + (m - center) ** 2, 0) / means.length);
  expect(center).toBeCloseTo(mean, 3);
  expect(spread / error).toBeGreaterThan(0.97);
  expect(spread / error).toBeLessThan(1.03);
});

test("clusters that are alike are drawn together without changing the spread", () => {
  // 40 clusters of each of 20 kinds: the kinds' weights are Poisson(40).
  const turns = Array.from({ length: 800 }, (_, at) => ({
    cluster: `c${at}`,
    value: (at % 20) / 20,
  }));
  const means = bootstrapMeans(clustersOf(turns), 20_000, seededRng(7, "alike"));
  const center = means.reduce((sum, m) => sum + m, 0) / means.length;
  const spread = Math.sqrt(means.reduce((sum, m) => sum + (m - center) ** 2, 0) / means.length);
  const theory = Math.sqrt((20 * 20 - 1) / 12 / 400 / 800);
  expect(center).toBeCloseTo(0.475, 3);
  expect(spread / theory).toBeGreaterThan(0.97);
  expect(spread / theory).toBeLessThan(1.03);
});

test("the lower quantile is the ceil(alpha B)-th smallest mean", () => {
  const means = Float64Array.from({ length: 100 }, (_, at) => at);
  expect(lowerQuantile(means, 0.05)).toBe(4);
  expect(lowerQuantile(means, 0.001)).toBe(0);
  expect(lowerQuantile(new Float64Array(0), 0.05)).toBeNaN();
});

test("every resampled mean lies between the smallest and the largest value", () => {
  const turn = fc.record({
    cluster: fc.constantFrom("a", "b", "c", "d"),
    value: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 30 }), fc.integer(), (turns, seed) => {
      const means = bootstrapMeans(clustersOf(turns), 50, seededRng(seed, "x"));
      const values = turns.map(({ value }) => value);
      expect(means[0]).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
      expect(means.at(-1)).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
    }),
  );
});
