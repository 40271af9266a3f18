import { expect, test } from "vitest";
import { bucketOf, type BucketRules } from "../../../src/core/duel/bucket.ts";
import { sharedErrorOf } from "../../../src/core/duel/shared-error.ts";
import { simulateSorting } from "../../../src/core/duel/simulate-panel.ts";
import { sortingTable } from "../../../src/core/duel/panel-table.ts";
import {
  calibrationOf,
  noReckoning,
  reckoningOf,
  sortingOf,
  type SortedTurn,
} from "../../../src/core/duel/sorting.ts";
import { metricValues, type Ballot } from "../../../src/core/duel/turn-score.ts";
import { sortingWarnings } from "../../../src/core/duel/warnings.ts";
import { seededRng } from "../../../src/core/random.ts";

const RULES: BucketRules = { by: "posterior", final_min: 60, defeat_max: 45 };
const sortable = (mean: number, above: number) => ({
  parsed: true,
  disqualified: null,
  score: 50,
  posterior: { mean, above },
});

test.each<[number, number, string, RegExp]>([
  [60, 0.95, "final", /^reckoned true score 60 >= 60$/],
  [
    60,
    0.9499,
    "refined",
    /^reckoned true score 60 >= 60, but above 50 with a chance of 0.9499 < 0.95$/,
  ],
  [59.9, 0.99, "refined", /^reckoned true score 59.9, from 45 to below 60$/],
  [44.9, 0.1, "defeat", /^reckoned true score 44.9 < 45$/],
])("by posterior, a mean of %d and a chance of %d is %s", (mean, above, bucket, reason) => {
  expect(bucketOf(sortable(mean, above), RULES)).toEqual({
    bucket,
    reason: expect.stringMatching(reason) as string,
  });
});

test("by posterior, a turn of which nothing is reckoned is in no bucket, and a lost one is a defeat", () => {
  expect(bucketOf({ ...sortable(0, 0), posterior: null }, RULES)).toBeNull();
  const disqualified = { reason: "leak", detail: "" };
  expect(bucketOf({ ...sortable(90, 1), disqualified }, RULES)?.bucket).toBe("defeat");
});

const ballot = (model: string, vote: number): Ballot => ({
  model,
  verdicts: [metricValues(() => vote)],
  orders: ["king_first"],
});
const turnOf = (at: number, votes: readonly number[]): SortedTurn => {
  const ballots = votes.map((vote, judge) => ballot(`j${judge}`, vote));
  const score = (100 * votes.reduce((sum, vote) => sum + vote, 0)) / votes.length;
  return { file: `t${at}.json`, score, decisive: score, ballots, everywhere: ballots };
};

test("what judges share is, without people, as much of their agreement as they are alike", () => {
  const model = { mean: 50, between: 60, within: 40, first: 0, n_turns: 50 };
  // rho = 60 / 100.
  expect(sharedErrorOf(model, [])).toEqual({ variance: 36, from: "judges", n_reviews: 0 });
});

test("with fifty people's verdicts it is what judges agree on beside them", () => {
  const model = { mean: 50, between: 2500, within: 0, first: 0, n_turns: 60 };
  const said = (person: number, vote: number, probability: number) => ({
    person,
    probability,
    ballots: [ballot("a", vote), ballot("b", vote)],
  });
  // Judges follow people: nothing is left. Judges go their own way: all of it is.
  const alike = Array.from({ length: 50 }, (_, at) => said(at % 2 ? 100 : 0, at % 2, 0.5));
  expect(sharedErrorOf(model, alike)).toEqual({ variance: 0, from: "people", n_reviews: 50 });
  const apart = Array.from({ length: 52 }, (_, at) => said(at % 4 < 2 ? 100 : 0, at % 2, 0.5));
  expect(sharedErrorOf(model, apart)).toEqual({ variance: 2500, from: "people", n_reviews: 52 });
  expect(sharedErrorOf(model, alike.slice(1)).from).toBe("judges");
  // A review weighs one over its probability: at 100, three in four are of the rare kind that judges see.
  const weighed = [
    ...Array.from({ length: 25 }, () => said(100, 1, 1 / 3)),
    ...Array.from({ length: 25 }, () => said(100, 0, 1)),
  ];
  expect(sharedErrorOf(model, weighed).variance).toBeCloseTo(100 * 100 * 0.75 * 0.25, 6);
});

const MIXED = Array.from({ length: 80 }, (_, at) =>
  turnOf(
    at,
    at % 4 === 0 ? [1, 1, 1] : at % 4 === 1 ? [0, 0, 0.5] : [0.5, 0.5, at % 8 < 4 ? 1 : 0.5],
  ),
);

test("under fifty turns, and of one judge, nothing is reckoned, and sorting by it is refused", () => {
  expect(reckoningOf(MIXED.slice(0, 49), [])).toBeNull();
  expect(
    reckoningOf(
      MIXED.map((turn) => ({ ...turn, everywhere: turn.everywhere.slice(1, 2) })),
      [],
    ),
  ).toBeNull();
  expect(noReckoning().message).toMatch(
    /^\[bucket\] by = "posterior" needs an estimate of the error that judges share/,
  );
  expect(noReckoning().hint).toMatch(
    /^judge at least 50 turns with two judges or more, or set \[bucket\] by = "score"$/,
  );
});

test("every way of sorting says how much of final/ is expected below its limit", () => {
  const reckoning = reckoningOf(MIXED, []);
  if (reckoning === null) throw new Error("nothing was reckoned");
  const sorting = sortingOf(MIXED, reckoning, { final_min: 80, defeat_max: 40 });
  expect(sorting.ways.map(({ by }) => by)).toEqual(["score", "decisive", "posterior"]);
  const [score, , posterior] = sorting.ways;
  expect(score?.n_final).toBe(20);
  const [low = 1, high = 0] = score?.below_limit ?? [];
  expect(low).toBeLessThan(high);
  expect(posterior?.n_final).toBeLessThanOrEqual(20);
  expect(sorting.shared_error).toMatchObject({ from: "judges", n_reviews: 0 });
  const calibration = calibrationOf(MIXED, reckoning);
  // Left out of the twenty clear turns, each judge gives 100; of the twenty with one win in three, the others
  // are sure where they hold it, twice a turn, and the judge left out gives 50.
  expect(calibration).toMatchObject({ n: 100, seen: 80, above: 0.6 });
});

test("decisive votes that let through turns that are no better are warned of, other ways are not", () => {
  const way = { n_final: 9, below_limit: null, no_better: [0.11, 0.2] as [number, number] };
  const sorting = {
    shared_error: { from: "judges" as const, share: 0.5, n_reviews: 0 },
    ways: [
      { ...way, by: "decisive" as const },
      { ...way, by: "score" as const },
    ],
    calibration: null,
  };
  expect(sortingWarnings(sorting, { by: "decisive" })).toEqual([
    'by = "decisive" lets turns through that are no better: at least 11 % of what it puts into final/ is expected to be so; raise [duel] min_decisive, or sort by score',
  ]);
  expect(sortingWarnings(sorting, { by: "score" })).toEqual([]);
  expect(sortingWarnings(null, { by: "decisive" })).toEqual([]);
});

test("where judges share errors, a posterior that takes them as independent breaks its word, the reckoned one does not", () => {
  const world = { judgeError: 1.5, sharedError: 0.65 };
  const found = simulateSorting(world, 500, 60, seededRng(2, "sorting"));
  const independent = found.find(({ by }) => by.startsWith("posterior, errors"));
  const reckoned = found.find(({ by }) => by === "posterior");
  expect(independent?.noBetter).toBeGreaterThan(0.1);
  expect(reckoned?.noBetter ?? 0).toBeLessThanOrEqual(0.05);
  expect(sortingTable(found).split("\n")).toHaveLength(found.length + 2);
});
