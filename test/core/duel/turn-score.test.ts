import { expect, test } from "vitest";
import { decisiveScore, turnScore, type Ballot } from "../../../src/core/duel/turn-score.ts";
import type { MetricValues } from "../../../src/records/score.ts";

const verdict = (...values: readonly number[]): MetricValues => ({
  correctness: values[0] ?? 0.5,
  grounding: values[1] ?? 0.5,
  progress: values[2] ?? 0.5,
  protocol: values[3] ?? 0.5,
  efficiency: values[4] ?? 0.5,
});

const ballot = (model: string, ...verdicts: readonly MetricValues[]): Ballot => ({
  model,
  verdicts,
  orders: verdicts.length === 2 ? ["king_first", "challenger_first"] : ["king_first"],
});

test("no ballots give no score", () => {
  expect(turnScore([])).toBeNull();
});

test("the score is the mean over judges of the mean over orders of the mean over metrics", () => {
  // Judge a: (1 + 1 + .5 + .5 + .5)/5 = .7 and (.5 x 5)/5 = .5, mean .6. Judge b: 0 and .2, mean .1.
  const score = turnScore([
    ballot("a", verdict(1, 1), verdict()),
    ballot("b", verdict(0, 0, 0, 0, 0), verdict(0, 0, 1, 0, 0)),
  ]);
  expect(score?.score).toBe(35);
  expect(score?.metrics).toEqual({
    correctness: 37.5,
    grounding: 37.5,
    progress: 50,
    protocol: 25,
    efficiency: 25,
  });
  expect(score?.votes).toEqual({ win: 3, draw: 8, loss: 9 });
});

test("a judge that was asked in one order weighs as much as one that was asked in two", () => {
  const score = turnScore([
    ballot("a", verdict(1, 1, 1, 1, 1)),
    ballot("b", verdict(0, 0, 0, 0, 0), verdict(0, 0, 0, 0, 0)),
  ]);
  expect(score?.score).toBe(50);
});

test("thirds are rounded to four decimals and limits are met exactly", () => {
  const wins = (n: number): MetricValues =>
    verdict(...Array.from({ length: 5 }, (_, at) => (at < n ? 1 : 0.5)));
  expect(turnScore([ballot("a", wins(2)), ballot("b", wins(2)), ballot("c", wins(2))])?.score).toBe(
    70,
  );
  expect(turnScore([ballot("a", wins(1)), ballot("b", wins(1)), ballot("c", wins(3))])?.score).toBe(
    66.6667,
  );
});

test.each([
  [{ win: 3, draw: 20, loss: 1 }, 75],
  [{ win: 2, draw: 20, loss: 0 }, null],
  [{ win: 0, draw: 30, loss: 0 }, null],
  [{ win: 1, draw: 0, loss: 2 }, 33.3333],
])("the decisive score of %o leaves draws out and wants three votes", (votes, score) => {
  expect(decisiveScore(votes, 3)).toBe(score);
});
