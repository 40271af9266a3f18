import { expect, test } from "vitest";
import {
  missingReviews,
  peopleMargin,
  type Judged,
  type Reviewed,
} from "../../../src/core/people/estimate.ts";
import { drawQueue } from "../../../src/core/people/queue.ts";
import { seededRng, type Rng } from "../../../src/core/random.ts";

test("with equal probabilities the estimate is worked by hand", () => {
  // All: 0, 50, 100, 50, 50, so mean 50. Reviewed are all five: people 0, 50, 100, 100, 50, mean 60.
  const scores = [0, 50, 100, 50, 50];
  const people = [0, 50, 100, 100, 50];
  const all = scores.map((score, at) => ({ cluster: `c${at}`, score }));
  const reviewed = all.map((one, at) => ({ ...one, person: people[at] ?? 0, probability: 1 }));
  const found = peopleMargin(all, reviewed);
  // cov = (60 x 50 + 0 + 40 x 50) / 5 = 1000; var = 1000; l = 1000 / (1000 x 2) = .5; margin 2 x 60 - 100.
  expect(found?.lambda).toBeCloseTo(0.5, 12);
  expect(found?.margin).toBeCloseTo(20, 12);
  expect(found?.bias).toBeCloseTo(-20, 12);
  expect(found?.n).toBe(5);
});

test("a review weighs one over its probability, in both terms", () => {
  const turn = (cluster: string, score: number, person: number, probability: number): Reviewed => ({
    cluster,
    score,
    person,
    probability,
  });
  // Two strata of 4: all of one and one in four of the other are seen. People: 100 and 0; panel draws.
  const reviewed = [
    ...["a", "b", "c", "d"].map((cluster) => turn(cluster, 50, 100, 1)),
    turn("e", 50, 0, 0.25),
  ];
  const all = Array.from({ length: 8 }, (_, at) => ({ cluster: `${at}`, score: 50 }));
  expect(peopleMargin(all, reviewed)?.margin).toBeCloseTo(0, 12);
});

test("under five clusters nothing is estimated", () => {
  const one = { cluster: "a", score: 50, person: 50, probability: 1 };
  expect(peopleMargin([one], [one])).toBeNull();
});

test("missing reviews follow from the half-width", () => {
  const found = {
    margin: 0,
    interval: [-20, 20],
    bias: 0,
    bias_interval: [0, 0],
    lambda: 1,
    n: 25,
  };
  expect(missingReviews({ ...found, interval: [-20, 20], bias_interval: [0, 0] }, 10)).toBe(75);
  expect(missingReviews({ ...found, interval: [-5, 5], bias_interval: [0, 0] }, 10)).toBe(0);
});

type Turn = Judged & { readonly file: string; readonly pair_hash: string; readonly person: number };

/** 1,000 turns in 200 clusters; the panel leans to the challenger by some points, people do not. */
function world(rng: Rng): Turn[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
  const word = (value: number): number => (value > 0.6 ? 100 : value < -0.6 ? 0 : 50);
  return Array.from({ length: 1000 }, (_, at) => {
    const truth = normal();
    const panel = [0, 1, 2, 3, 4, 5].map(() => word(truth + 0.15 + normal()));
    return {
      file: `t${at}.json`,
      pair_hash: "h",
      cluster: `c${at % 200}`,
      score: panel.reduce((sum, value) => sum + value, 0) / panel.length,
      person: word(truth + 0.7 * normal()),
    };
  });
}

test.each([50, 100, 200])("at %i reviews of the queue the interval holds people's margin", (n) => {
  const rng = seededRng(n, "coverage");
  let held = 0;
  const draws = 300;
  for (let draw = 0; draw < draws; draw++) {
    const turns = world(rng);
    const byFile = new Map(turns.map((turn) => [turn.file, turn]));
    const reviewed = drawQueue(turns, n, rng).flatMap(({ file, probability }) => {
      const turn = byFile.get(file);
      return turn === undefined ? [] : [{ ...turn, probability }];
    });
    const margin = (2 * turns.reduce((sum, { person }) => sum + person, 0)) / turns.length - 100;
    const [low, high] = peopleMargin(turns, reviewed)?.interval ?? [0, 0];
    if (margin >= low && margin <= high) held++;
  }
  // 95 % within three standard errors of 300 draws.
  expect(Math.abs(held / draws - 0.95)).toBeLessThan(0.038);
});
