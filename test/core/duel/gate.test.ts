import { expect, test } from "vitest";
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
const bounded = (turns: readonly GateTurn[]) => boundsOf(turns, RULES, 0.05);

/** Turns of `clusters` repositories with the given scores, cyclically. */
const turnsOf = (clusters: number, ...scores: readonly number[]): GateTurn[] =>
  Array.from({ length: Math.max(clusters, scores.length) }, (_, at) => ({
    cluster: `c${at % clusters}`,
    score: scores[at % scores.length] ?? 50,
  }));

const reasonsOf = (
  turns: readonly GateTurn[],
  over: Partial<Parameters<typeof gateReasons>[0]> = {},
) => {
  const bounds = bounded(turns);
  const challengerScore = bounds.mean === null ? null : 50 + 100 * bounds.mean;
  const counts = { n_turns: turns.length, n_parsed: turns.length };
  return gateReasons(
    { challengerScore, bounds, alpha: 0.05, cluster_by: "repo", ...counts, ...over },
    RULES,
  );
};

test("the gate accepts a lead that is large, reliable and seen on enough turns", () => {
  expect(reasonsOf(turnsOf(60, 60, 70))).toEqual([]);
});

test.each<[string, string[], (string | RegExp)[]]>([
  ["no turn at all", reasonsOf([]), ["no turn was scored"]],
  [
    "a lead just under win_margin",
    reasonsOf(turnsOf(60, 50.8, 51)),
    ["the margin 1.8 is below win_margin 2"],
  ],
  ["a lead of exactly win_margin", reasonsOf(turnsOf(60, 50.9, 51.1)), []],
  [
    "one repository",
    reasonsOf(turnsOf(1, 60, 70)),
    [/^all turns are of one repository.*\[duel\] cluster_by = "run"/],
  ],
  [
    "four repositories",
    reasonsOf(turnsOf(4, 60, 70, 80, 90)),
    [/^4 clusters \(repositories\) say too little.*at least 5 are needed$/],
  ],
  [
    "one run",
    reasonsOf(turnsOf(1, 60, 70), { cluster_by: "run" }),
    [/^1 cluster \(runs\) say too little/],
  ],
  ["five repositories", reasonsOf(turnsOf(5, 60, 70, 80, 90, 75)), []],
  [
    "scores that are all the same",
    reasonsOf(turnsOf(60, 60)),
    ["all clusters have the same mean score: a bound of no width is not reliable"],
  ],
  [
    "few valid turns",
    reasonsOf(turnsOf(60, 60, 70), { n_turns: 121 }),
    ["60 of 121 turns parsed, under min_valid_turn_frac 0.5"],
  ],
  ["just enough valid turns", reasonsOf(turnsOf(60, 60, 70), { n_turns: 120 }), []],
])("the gate on %s", (_name, reasons, expected) => {
  expect(reasons).toEqual(
    expected.map((one) => (typeof one === "string" ? one : (expect.stringMatching(one) as string))),
  );
});

test("the gate rejects when the lower bound is exactly 0, and names the level of this look", () => {
  const bounds = { ...bounded(turnsOf(60, 60, 61)), lcb: 0 };
  expect(reasonsOf(turnsOf(60, 60, 61), { bounds, alpha: 0.0123456 })).toEqual([
    "the lower bound 0.0000 at alpha 0.0123 is not above 0",
  ]);
});

test("the smaller of the half-sample and the studentized bound decides at every number of clusters", () => {
  for (const clusters of [5, 13, 49, 200]) {
    const { lcb, lcb_half_sample, lcb_bootstrap_t } = bounded(turnsOf(clusters, 40, 80, 65, 66));
    expect(lcb).toBe(Math.min(lcb_half_sample ?? 1, lcb_bootstrap_t ?? 1));
  }
});

test("the t bound, shown beside them, is worked by hand", () => {
  // Clusters with sums .2, .4, .6 and one turn each: mean .4, SE = sqrt(3/2 x .08)/3, t(2) = 2.919986.
  const { lcb_t, mean, standard_error } = bounded(
    [70, 90, 110].map((score, at) => ({ cluster: `${at}`, score })),
  );
  expect(mean).toBeCloseTo(0.4, 12);
  expect(standard_error).toBeCloseTo(Math.sqrt(0.12) / 3, 12);
  expect(lcb_t).toBeCloseTo(0.4 - 2.919986 * (Math.sqrt(0.12) / 3), 6);
});

test("turns that hang together give a lower bound than turns taken as independent", () => {
  const rng = seededRng(3, "clusters");
  const turns = Array.from({ length: 60 }, (_, c) => {
    const shift = (rng() - 0.5) * 60;
    return Array.from({ length: 6 }, () => ({
      cluster: `c${c}`,
      score: 60 + shift + (rng() - 0.5) * 10,
    }));
  }).flat();
  const bounds = bounded(turns);
  expect(bounds.lcb ?? 0).toBeLessThan((bounds.lcb_plain ?? 0) - 0.01);
});

test("the bounds are the same bits on every run and in every order of turns", () => {
  const rng = seededRng(4, "turns");
  const turns = Array.from({ length: 900 }, (_, at) => ({
    cluster: `c${at % 300}`,
    score: Math.round(rng() * 1e6) / 1e4,
  }));
  expect(bounded([...turns].reverse())).toEqual(bounded(turns));
});
