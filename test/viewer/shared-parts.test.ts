import { expect, test } from "vitest";
import type { Entry } from "../../src/viewer/entry.ts";
import { madeOnce } from "../../src/viewer/made-once.ts";
import { partsShared } from "../../src/viewer/shared-parts.ts";

const votes = (correctness: number): Entry["row"]["judges"][number]["metrics"] => ({
  correctness,
  grounding: 50,
  progress: 50,
  protocol: 50,
  efficiency: 50,
});

const entry = (n: number, score: number, correctness = 100): Entry => ({
  file: `t${n}.json`,
  path: `answer/t${n}.json`,
  row: {
    file: `t${n}.json`,
    instance_id: `a__b-${n}`,
    repo: "a/b",
    run: "",
    turn: n,
    state: "scored",
    score,
    metrics: votes(correctness),
    style: "grep",
    bucket: null,
    reason: `score ${score} < 66`,
    by: null,
    disqualified: null,
    review: null,
    judges: [{ model: "m", score, metrics: votes(correctness) }],
    spread: null,
    flips: 0,
    swaps: 5,
    audit: "suspect",
    kinds: ["phrase"],
  },
  pairHash: null,
  lengths: [1, 2],
  opponent: "king",
  commands: ["", ""],
  broken: [],
});

test("entries are what they were, and what they have in common is one", () => {
  const shared = partsShared();
  const given = [entry(1, 60), entry(2, 60), entry(3, 60, 0), entry(4, 40)];
  const [one, two, three, four] = given.map(shared);
  expect([one, two, three, four]).toEqual([
    entry(1, 60),
    entry(2, 60),
    entry(3, 60, 0),
    entry(4, 40),
  ]);
  expect(two?.row.judges[0]).toBe(one?.row.judges[0]);
  expect(three?.row.judges[0]).not.toBe(one?.row.judges[0]);
  expect(four?.row.judges[0]).not.toBe(one?.row.judges[0]);
});

test("of more parts than are worth holding each entry has its own", () => {
  const shared = partsShared();
  for (let n = 0; n < 25_000; n++) shared(entry(n, n / 1000));
  const late = entry(1, 24.5);
  expect(shared(late)).toEqual(entry(1, 24.5));
  expect(shared(late).row.judges[0]).not.toBe(shared(entry(2, 24.5)).row.judges[0]);
});

test("what is counted over a list is counted once, and anew for another", () => {
  let counted = 0;
  const length = madeOnce((list: readonly number[]) => {
    counted++;
    return list.length;
  });
  const list = [1, 2];
  expect([length(list), length(list), length([1, 2]), counted]).toEqual([2, 2, 2, 2]);
});
