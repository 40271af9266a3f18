/** What arms are told apart by: which outcome decides, who may not judge, and what it will come to. */
import { describe, expect, test } from "vitest";
import { decidedBy } from "../../../src/core/worth/compare.ts";
import { duelWords, gymWords } from "../../../src/core/worth/costs.ts";
import type { Measured } from "../../../src/core/worth/effect.ts";
import {
  chooseOutcomes,
  tooFewWords,
  weightsOf,
  type Measurable,
} from "../../../src/core/worth/outcomes.ts";

const THERE: Measurable = {
  gym: { tasks: 8, packages: 6, seen: 2 },
  judges: ["owner/outside"],
  panel: ["owner/inside"],
};

describe("chooseOutcomes", () => {
  test.each<[string, Partial<Measurable>, readonly string[], number]>([
    ["all that there is", {}, ["gym", "action", "duel"], 0],
    ["no judges", { judges: [] }, ["gym", "action"], 0],
    ["no gym", { gym: { tasks: 0, packages: 0, seen: 0 } }, ["action", "duel"], 0],
    ["a small gym", { gym: { tasks: 9, packages: 4, seen: 0 } }, ["action", "duel"], 1],
    ["all tasks seen", { gym: { tasks: 0, packages: 0, seen: 9 } }, ["action", "duel"], 1],
  ])("%s", (_case, there, outcomes, notes) => {
    const chosen = chooseOutcomes(undefined, { ...THERE, ...there });
    expect(chosen).toMatchObject({ ok: true, outcomes });
    expect(chosen.ok && chosen.notes.length).toBe(notes);
  });

  test("what is named alone is measured, in the order in which it decides", () => {
    expect(chooseOutcomes(["duel", "action"], THERE)).toMatchObject({
      outcomes: ["action", "duel"],
    });
  });

  test("a small gym says how many tasks the arms have seen", () => {
    const chosen = chooseOutcomes(["gym"], { ...THERE, gym: { tasks: 3, packages: 2, seen: 1 } });
    expect(chosen).toMatchObject({
      ok: false,
      message:
        "worth: the gym has 3 tasks of 2 packages for the arms to play (1 task of packages that the arms train on); nothing can be said with fewer than 5 packages",
    });
  });

  test("a judge of the panel is refused unless no duel is wanted", () => {
    const there = { ...THERE, judges: ["inside"] };
    expect(chooseOutcomes(undefined, there)).toMatchObject({
      ok: false,
      message: expect.stringContaining("inside of [worth].judges is of the panel"),
    });
    expect(chooseOutcomes(["action"], there)).toMatchObject({ ok: true, outcomes: ["action"] });
  });
});

test.each([
  ["moonshotai/Kimi-K2.6-TEE", "kimi-k2.6"],
  ["Kimi-K2.6", "kimi-k2.6"],
  ["owner/model:free", "model"],
  ["Qwen/Qwen3-235B-A22B-Thinking-2507", "qwen3-235b-a22b-thinking-2507"],
])("the weights of %s are %s", (model, weights) => {
  expect(weightsOf(model)).toBe(weights);
});

test.each([
  [4, 9, "judged turns of 4 held-out repositories alone: nothing can be said with fewer than 5"],
  [1, 0, "judged turns of 1 held-out repository alone: nothing can be said with fewer than 5"],
  [5, 0, "every judged turn is held out: none is left to train on"],
  [5, 1, null],
])("%i held-out repositories and %i turns to train on: %s", (held, train, words) => {
  expect(tooFewWords(held, train)).toBe(words);
});

describe("decidedBy", () => {
  const arm = (value: number): Measured[] =>
    [1, 2, 3, 4, 5].flatMap((seed) =>
      [0, 1, 2, 3, 4, 5].map((row) => ({ seed, row, cluster: `c${row}`, value: value + row / 9 })),
    );
  const by = new Map([
    ["winner", arm(0.5)],
    ["king", arm(0.25)],
  ]);

  test("the first that was measured decides, the others stand beside it", () => {
    expect(decidedBy({ duel: by, gym: by })).toMatchObject({
      outcome: "gym",
      effects: [{ first: "winner", second: "king", difference: 0.25, verdict: "better" }],
      beside: { duel: [{ first: "winner" }] },
    });
    expect(decidedBy({ action: by })).toMatchObject({ outcome: "action", beside: {} });
  });

  test("nothing measured decides nothing", () => {
    expect(decidedBy({})).toBeNull();
  });
});

test("the gym's costs: runs, replies, and the time of the tests", () => {
  const tasks = [{ test_seconds: 3 }, { test_seconds: 5 }];
  expect(
    gymWords({ tasks, packages: 2, runs: 2, checkpoints: 10, maxSteps: 12, parallel: 2 }),
  ).toEqual([
    "gym: 2 tasks of 2 packages, 40 runs by 10 checkpoints, each served in its turn: at most 480 replies; the tests alone take about 1 min 20 s",
  ]);
});

test("the duel's costs: calls of both orders, at most so much, or nobody knows", () => {
  const told = { answers: 100, historyChars: 4000, answerTokens: 256 };
  const price = { input: 1, output: 2 };
  const one = { model: "a", maxTokens: 500, price };
  // (4000 + 2048 + 4000) / 2 + 64 tokens in, 500 out: 0.006088 USD a call.
  expect(duelWords({ ...told, judges: [one] })[0]).toContain(
    "at most 200 calls of 1 judge outside the panel, at most $1.22",
  );
  expect(
    duelWords({ ...told, judges: [one, { ...one, model: "b", price: undefined }] })[0],
  ).toContain("at most 400 calls of 2 judges outside the panel, no price is known of b");
});
