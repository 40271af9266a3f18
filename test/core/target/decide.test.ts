import { expect, test } from "vitest";
import { seededRng } from "../../../src/core/random.ts";
import { chanceOf } from "../../../src/core/target/beta-binomial.ts";
import { nextStep, type TargetState } from "../../../src/core/target/decide.ts";

const state = (over: Partial<TargetState>): TargetState => {
  const { have = 0, drawn = 0 } = over;
  return {
    accepted: 100,
    max_candidates: 1000,
    per_file: 20,
    have,
    drawn,
    seen: { good: have, bad: drawn - have },
    isExhausted: false,
    affordable: null,
    gate: { kind: "off" },
    ...over,
  };
};

test.each([
  // A uniform share makes every count of successes as likely: P(X >= k) = (n - k + 1) / (n + 1).
  [3, 9, 1, 1, 0.7],
  [0, 5, 1, 1, 1],
  [6, 5, 1, 1, 0],
  // One trial: a / (a + b).
  [1, 1, 2, 3, 0.4],
])("P(X >= %s) of %s with Beta(%s, %s) is %s", (k, n, a, b, chance) => {
  expect(chanceOf(k, n, a, b)).toBeCloseTo(chance, 10);
});

test("terms far from the mode are as in the whole sum", () => {
  // Six of nine with Beta(3, 4): the sum of C(9, x) B(x + 3, 13 - x) / B(3, 4) over x = 6..9.
  const rising = (from: number, n: number): number =>
    Array.from({ length: n }, (_, at) => from + at).reduce((product, next) => product * next, 1);
  const choose = [1, 9, 36, 84, 126, 126, 84, 36, 9, 1];
  const sum = [6, 7, 8, 9].reduce(
    (total, x) => total + ((choose[x] ?? 0) * rising(3, x) * rising(4, 9 - x)) / rising(7, 9),
    0,
  );
  expect(chanceOf(6, 9, 3, 4)).toBeCloseTo(sum, 12);
  expect(chanceOf(900, 3000, 1000, 2000)).toBeGreaterThan(0.99);
  expect(chanceOf(1100, 3000, 1000, 2000)).toBeLessThan(0.01);
  expect(chanceOf(2900, 3000, 2, 900)).toBeCloseTo(0, 12);
});

test.each([
  ["the first round draws what is wanted in any case", {}, { kind: "draw", limit: 100 }],
  [
    "of the first round no more than a tenth of what may be drawn",
    { accepted: 400 },
    { kind: "draw", limit: 100 },
  ],
  [
    "no round more than doubles what is drawn",
    { have: 20, drawn: 100, accepted: 150 },
    { kind: "draw", limit: 200 },
  ],
  [
    "what [budget] leaves, in whole files",
    { have: 20, drawn: 100, affordable: 50 },
    { kind: "draw", limit: 140 },
  ],
  [
    "no money for a file",
    { have: 20, drawn: 100, affordable: 19 },
    {
      kind: "stop",
      why: "20 of 100 turns are in final/, of 100 drawn: [budget] leaves money for about 19 more turns, fewer than a prompt file of [source].per_file 20",
    },
  ],
  ["full, and accepted", { have: 100, drawn: 300, gate: { kind: "accepted" } }, { kind: "done" }],
  [
    "full before the first look: on to it",
    { have: 100, drawn: 300, gate: { kind: "open", looks: 0, why: "" } },
    { kind: "draw", limit: 400 },
  ],
  [
    "full, and one look was not enough: a third of the way on",
    { have: 100, drawn: 700, gate: { kind: "open", looks: 1, why: "" } },
    { kind: "draw", limit: 800 },
  ],
  [
    "full, and three looks were not enough: to the end",
    { have: 100, drawn: 700, gate: { kind: "open", looks: 3, why: "" } },
    { kind: "draw", limit: 1000 },
  ],
  [
    "full, and the gate said no at the end",
    { have: 100, drawn: 1000, gate: { kind: "open", looks: 4, why: "too few" } },
    {
      kind: "stop",
      why: "100 turns are in final/, of 1000 drawn, but the gate did not accept (too few; [target] gate = false counts buckets alone): max_candidates 1000 is reached",
    },
  ],
  ["a round is at least a file", { have: 99, drawn: 100 }, { kind: "draw", limit: 120 }],
  [
    "no more than may be drawn",
    { have: 40, drawn: 990, accepted: 41 },
    { kind: "draw", limit: 1000 },
  ],
  ["enough is enough", { have: 100, drawn: 400 }, { kind: "done" }],
  [
    "no more rows",
    { have: 40, drawn: 90, isExhausted: true },
    { kind: "stop", why: "40 of 100 turns are in final/, of 90 drawn: the source has no more" },
  ],
  [
    "no more candidates",
    { have: 40, drawn: 1000 },
    {
      kind: "stop",
      why: "40 of 100 turns are in final/, of 1000 drawn: max_candidates 1000 is reached",
    },
  ],
])("%s", (_what, over, step) => {
  expect(nextStep(state(over as Partial<TargetState>))).toEqual(step);
});

test("a share that is too low ends the run before the money is gone", () => {
  expect(nextStep(state({ have: 2, drawn: 200 }))).toMatchObject({
    kind: "stop",
    why: expect.stringContaining("% certainty 1000 candidates are too few"),
  });
});

test("the target is hit, with few candidates more than needed, whatever the share", () => {
  let [candidates, oracle, hits] = [0, 0, 0];
  const runs = 200;
  for (let run = 0; run < runs; run++) {
    const rng = seededRng(run, "target");
    const share = 0.2 + 0.6 * rng();
    const final = Array.from({ length: 2000 }, () => rng() < share);
    const haveOf = (drawn: number): number => final.slice(0, drawn).filter(Boolean).length;
    let drawn = 0;
    for (;;) {
      const have = haveOf(drawn);
      const step = nextStep(state({ max_candidates: 2000, per_file: 5, have, drawn }));
      if (step.kind !== "draw") break;
      drawn = step.limit;
    }
    if (haveOf(drawn) >= 100) hits++;
    candidates += drawn;
    oracle += 100 / share;
  }
  expect(hits).toBe(runs);
  expect(candidates / oracle).toBeLessThan(1.15);
});
