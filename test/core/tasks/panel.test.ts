/** The panel against outcomes: figures worked by hand, and a panel of known accuracy recovered. */
import { expect, test } from "vitest";
import { panelTruth, truthTurns } from "../../../src/core/tasks/panel.ts";
import { aucOf, jackknifed, rankCorrelation, type Scored } from "../../../src/core/tasks/rank.ts";
import { sizesFor } from "../../../src/core/tasks/sample-size.ts";
import type { TruthTurn } from "../../../src/core/tasks/truth-turn.ts";
import { withOutcomeScore } from "../../../src/core/duel/outcome-score.ts";
import { outcomeWeight } from "../../../src/core/dataset/outcome-weight.ts";
import { winnerOf } from "../../../src/core/dataset/winner.ts";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import {
  outcomeBlocks,
  outcomeBody,
  OUTCOMES_TITLE,
} from "../../../src/core/report/story-outcomes.ts";
import { seededRng } from "../../../src/core/random.ts";
import { outcomeSchema, type OutcomeFile } from "../../../src/records/outcome.ts";
import { scoreSchema, type Score } from "../../../src/records/score.ts";

const scored = (pairs: readonly (readonly [number, number])[]): Scored[] =>
  pairs.map(([score, difference], n) => ({ cluster: `c${n}`, score, difference }));

test.each([
  [
    "all in order",
    [
      [90, 1],
      [80, 0.5],
      [40, -0.5],
      [10, -1],
    ],
    1,
  ],
  [
    "all the wrong way",
    [
      [10, 1],
      [90, -1],
    ],
    0,
  ],
  [
    "one pair of four wrong",
    [
      [90, 1],
      [30, 1],
      [40, -1],
      [10, -1],
    ],
    0.75,
  ],
  [
    "equal scores count half",
    [
      [50, 1],
      [50, -1],
    ],
    0.5,
  ],
  [
    "turns without a difference count nothing",
    [
      [90, 1],
      [95, 0],
      [10, -1],
    ],
    1,
  ],
  [
    "one kind alone",
    [
      [90, 1],
      [80, 1],
    ],
    null,
  ],
] as const)("AUC: %s", (_, pairs, wanted) => {
  expect(aucOf(scored(pairs))).toBe(wanted);
});

test("rank correlation shares the middle of equal ranks", () => {
  expect(
    rankCorrelation(
      scored([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    ),
  ).toBeCloseTo(1, 10);
  expect(
    rankCorrelation(
      scored([
        [1, 3],
        [2, 2],
        [3, 1],
      ]),
    ),
  ).toBeCloseTo(-1, 10);
  // Ranks 0.5 0.5 2 against 0 1 2: Pearson's 1.5 / sqrt(1.5 x 2).
  expect(
    rankCorrelation(
      scored([
        [1, 1],
        [1, 2],
        [3, 3],
      ]),
    ),
  ).toBeCloseTo(0.8660254, 6);
  expect(
    rankCorrelation(
      scored([
        [1, 1],
        [1, 2],
      ]),
    ),
  ).toBeNull();
});

test("there is no interval under three clusters", () => {
  expect(
    jackknifed(
      scored([
        [90, 1],
        [10, -1],
      ]),
      aucOf,
      [0, 1],
    ),
  ).toEqual({ value: 1, interval: null });
});

/** A world with `accuracy` of sides right, `k` rollouts an answer, turns of packages that differ. */
function world(seed: number, accuracy: number, packages = 40, each = 5, k = 8): TruthTurn[] {
  const rng = seededRng(seed, "world");
  const draw = (p: number): number => Array.from({ length: k }).filter(() => rng() < p).length;
  return Array.from({ length: packages * each }, (_, n) => {
    const base = 0.2 + 0.6 * rng();
    const [challenger, opponent] = [draw(base), draw(Math.min(1, Math.max(0, base + rng() - 0.5)))];
    const difference = (challenger - opponent) / k;
    const isRight = rng() < accuracy;
    const side = difference === 0 ? 0 : difference > 0 === isRight ? 1 : -1;
    return {
      cluster: `p${n % packages}`,
      challenger: { k, passes: challenger },
      opponent: { k, passes: opponent },
      difference,
      scores: new Map([["panel", 50 + side * (5 + 40 * rng())]]),
      bucket: null,
      audit: null,
      namesSolution: false,
    };
  });
}

test.each([0.5, 0.7, 0.9])(
  "a panel of accuracy %d is recovered within its interval",
  (accuracy) => {
    let inside = 0;
    const worlds = 60;
    for (let seed = 0; seed < worlds; seed++) {
      const agreement = panelTruth(world(seed, accuracy))?.scorers[0]?.agreement;
      const [low, high] = agreement?.interval ?? [1, 0];
      if (low <= accuracy && accuracy <= high) inside++;
    }
    // 95 % is meant: of 60 worlds, 52 or more in all but one of a thousand.
    expect(inside).toBeGreaterThanOrEqual(52);
  },
);

test("an AUC by chance has 0.5 in its interval, a good panel's is well above", () => {
  const of = (accuracy: number) => panelTruth(world(3, accuracy))?.scorers[0]?.auc;
  const chance = of(0.5);
  expect(chance?.interval?.[0]).toBeLessThan(0.5);
  expect(chance?.interval?.[1]).toBeGreaterThan(0.5);
  expect(of(0.9)?.interval?.[0]).toBeGreaterThan(0.7);
});

test("sizes: more rollouts want fewer turns, and the width wanted is met by the sizes told", () => {
  const sizes = sizesFor(world(1, 0.8));
  const [one, four, sixteen] = sizes?.turns.map(({ turns }) => turns) ?? [];
  expect(one).toBeGreaterThan(four ?? 0);
  expect(four).toBeGreaterThan(sixteen ?? 0);
  const wanted = sizesFor(world(2, 0.8, 80, Math.ceil((four ?? 0) / 80), 4));
  expect(wanted?.halfWidth).toBeGreaterThan(0.035);
  expect(wanted?.halfWidth).toBeLessThan(0.065);
  expect(sizesFor([])).toBeNull();
});

const outcome = (challenger: number, king: number, k = 4): OutcomeFile =>
  outcomeSchema.parse({
    schema: 2,
    file: "p_1.json",
    instance_id: "gym__x-1",
    repo: "gym/x",
    policy: "scripted:0.5",
    replayed: { steps: 1, same: 1 },
    ...played("challenger", challenger, k),
    beside: [played("king", king, k)],
  });

const played = (answer: string, passes: number, k: number) => ({
  answer,
  k,
  passes,
  turns: [],
  why: [],
  runs: [],
  said_hash: "",
  names_solution: true,
});

const SCORE: Score = scoreSchema.parse({
  schema: 2,
  file: "p_1.json",
  instance_id: "gym__x-1",
  mode: 2,
  score: 10,
  metrics: null,
  style: "shell",
  parsed: true,
  pending: 0,
  disqualified: null,
  judges: [],
  config_hash: "",
});

test.each([
  [4, 0, 100],
  [0, 4, 0],
  [2, 2, 50],
  [3, 2, 62.5],
])("outcomes %i of 4 against %i of 4 score %d", (challenger, king, score) => {
  const made = withOutcomeScore(SCORE, outcome(challenger, king));
  expect(made).toMatchObject({ score, parsed: true, pending: 0, outcome: { k: [4, 4] } });
  expect(made.metrics?.progress).toBe(score);
});

test("without outcomes of both a turn is pending; a lost turn stays lost", () => {
  expect(withOutcomeScore(SCORE, null)).toMatchObject({ score: null, parsed: false, pending: 1 });
  expect(withOutcomeScore({ ...SCORE, mode: 1 }, outcome(4, 0))).toMatchObject({ pending: 1 });
  const lost = { ...SCORE, score: 0, disqualified: { reason: "leak", detail: "" } };
  expect(withOutcomeScore(lost, outcome(4, 0))).toMatchObject({
    score: 0,
    disqualified: { reason: "leak" },
  });
});

test("a winner by outcomes is learned as often as it led to a mended package", () => {
  const score = withOutcomeScore(SCORE, outcome(3, 0));
  expect(winnerOf({ bucket: "final", score, review: null })).toEqual({
    ok: true,
    winner: "challenger",
  });
  expect(outcomeWeight(score, "challenger")).toBe(0.75);
  expect(outcomeWeight(SCORE, "challenger")).toBe(1);
});

const ROW = {
  file: "p_1.json",
  instance_id: "gym__x-1",
  repo: "",
  run: "",
  turn: 0,
  state: "scored" as const,
  score: 90,
  metrics: null,
  style: "",
  bucket: "final" as const,
  reason: "",
  by: "panel" as const,
  disqualified: null,
  review: null,
  judges: [],
  spread: null,
  flips: 0,
  swaps: 0,
  audit: "clean" as const,
  kinds: [],
};

test("turns join score and outcomes by their file; those with one answer played are left out", () => {
  const outcomes = new Map([["p_1.json", outcome(4, 1)]]);
  const how = { cluster_by: "repo", mode: 2 } as const;
  const turns = truthTurns([ROW, { ...ROW, file: "p_2.json" }], outcomes, how);
  expect(turns).toHaveLength(1);
  expect(turns[0]).toMatchObject({ cluster: "gym/x", difference: 0.75, namesSolution: true });
  expect(truthTurns([ROW], outcomes, { ...how, mode: 1 })).toEqual([]);
  const truth = panelTruth(turns);
  expect(truth?.buckets[0]).toMatchObject({ band: "final", n: 1, better: 1, same: 0, worse: 0 });
  expect(truth?.bands.at(-1)).toMatchObject({ band: "80 to 100", n: 1 });
  expect(truth?.audit[0]).toEqual({ verdict: "clean", names: 1, others: 0 });
});

test("the section says what it stands on, and is left out where nothing was played", () => {
  expect(outcomeBlocks(null, [])).toEqual([]);
  const labels = [{ label: "SUCCESS", solved: 7, unsolved: 2 }];
  const text = markdownOf({ title: "t", blocks: outcomeBlocks(panelTruth(world(1, 0.8)), labels) });
  for (const said of [
    "200 turns of 40 clusters were played on in the gym, 3,200 rollouts in all",
    "same side as the outcomes",
    "Leak audit where the solution is known",
    "| SUCCESS | 7 | 2 |",
    "For ± 5 %, turns wanted by rollouts of each answer:",
  ])
    expect(text).toContain(said);
});

test("a page of its own has the title once", () => {
  const truth = panelTruth(world(1, 0.8));
  const blocks = truth === null ? [] : outcomeBody(truth, []);
  const text = markdownOf({ title: OUTCOMES_TITLE, blocks });
  expect(text.match(/Panel against outcomes/g)).toHaveLength(1);
});
