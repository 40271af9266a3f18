import { expect, test } from "vitest";
import { drawQueue, stratumOf } from "../../../src/core/people/queue.ts";
import { queueReviews, queueSentences } from "../../../src/core/people/reviews.ts";
import { seededRng } from "../../../src/core/random.ts";

const turn = (at: number, score: number) => ({ file: `t${at}.json`, pair_hash: "h", score });
const TURNS = [
  ...Array.from({ length: 90 }, (_, at) => turn(at, 50)),
  ...Array.from({ length: 10 }, (_, at) => turn(90 + at, 90)),
];

test("rare clear turns are drawn as often as the many draws, with their probabilities", () => {
  const drawn = drawQueue(TURNS, 20, seededRng(1, "queue"));
  expect(drawn).toHaveLength(20);
  const clear = drawn.filter(({ stratum }) => stratum === 65);
  expect(clear).toHaveLength(10);
  expect(new Set(clear.map(({ probability }) => probability))).toEqual(new Set([1]));
  expect(drawn.find(({ stratum }) => stratum === 47.5)?.probability).toBeCloseTo(10 / 90, 12);
  // Random over all strata: the clear ones do not come first or last together.
  const places = drawn.flatMap(({ stratum }, at) => (stratum === 65 ? [at] : []));
  expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(10);
});

test("the same seed draws the same queue, whatever the order of turns, and no turn twice", () => {
  const one = drawQueue(TURNS, 30, seededRng(2, "queue"));
  expect(drawQueue([...TURNS].reverse(), 30, seededRng(2, "queue"))).toEqual(one);
  expect(new Set(one.map(({ file }) => file)).size).toBe(30);
  expect(drawQueue(TURNS, 1000, seededRng(2, "queue"))).toHaveLength(100);
});

test.each([
  [0, 0],
  [34.9, 0],
  [35, 35],
  [50, 47.5],
  [52.5, 52.5],
  [100, 65],
])("a score of %d is in the stratum from %d on", (score, low) => {
  expect(stratumOf(score)).toBe(low);
});

test("reviews of the queue, skipped turns and chosen ones are counted apart", () => {
  const queue = {
    seed: 1,
    n_turns: 100,
    turns: drawQueue(TURNS, 20, seededRng(1, "queue")),
  };
  const asked = queue.turns.slice(0, 12).filter((_, at) => at !== 3);
  const persons = new Map(asked.map(({ file }, at) => [file, at % 3 === 0 ? 50 : 100]));
  const chosen = TURNS.find(({ file }) => !queue.turns.some((one) => one.file === file));
  const turns = TURNS.map(({ file, score }, at) => ({
    file,
    score,
    cluster: `c${at % 30}`,
    person: file === chosen?.file ? 0 : (persons.get(file) ?? null),
  }));
  expect(queueReviews(turns, queue)).toMatchObject({ skipped: 1, chosen: 1 });
  // 11 of 20 were reached: of the clear turns, all drawn, 11 in 20 are in; of the draws 11/20 of 10/90.
  const probabilities = queueReviews(turns, queue).reviewed.map(({ probability }) => probability);
  expect(new Set(probabilities.map((one) => one.toFixed(6)))).toEqual(
    new Set([(11 / 20).toFixed(6), ((11 / 20) * (10 / 90)).toFixed(6)]),
  );
  const [counts, estimate, missing] = queueSentences(turns, queue);
  expect(counts).toBe(
    "11 of the 20 drawn turns are reviewed, 1 skipped; 1 reviews of other turns were chosen and calibrate nothing",
  );
  expect(estimate).toMatch(
    /^people's margin as the panel lets one estimate it: -?\d+\.\d points \(95 %: /,
  );
  expect(missing).toMatch(
    /^about \d+ more reviews of the queue are needed for a half-width of 10 points$/,
  );
  expect(queueSentences(turns, null)).toEqual([]);
});
