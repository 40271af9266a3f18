import { expect, test } from "vitest";
import { planOf, type PlanInput } from "../../../src/core/duel/plan-of.ts";
import { cutNote, isCutShort } from "../../../src/core/sample/state.ts";

const planned = new Map(
  ["a", "a", "b"].map((repo, at) => [`t${at}.json`, { instance_id: `${repo}-${at}`, repo }]),
);
const plan = (over: Partial<PlanInput>): PlanInput => ({
  planned,
  names: ["t0.json", "own.json"],
  turns: [],
  cluster_by: "repo",
  set: "turns",
  ...over,
});

test.each<[string, Partial<PlanInput>, number | "open"]>([
  ["the turns in prompt/ and answer/ together", {}, 4],
  ["what [duel] plan says", { set: 100, draw: 2000 }, 100],
  ["no end, where it says so", { set: "open", draw: 2000 }, "open"],
  ["all of a draw that was cut short", { draw: 2000 }, 2000],
  ["no less than what is there", { draw: 2 }, 4],
])("planned is %s", (_name, over, turns) => {
  expect(planOf(plan(over))).toEqual({ turns, largest: 2 });
});

test.each<[string, Parameters<typeof isCutShort>[0], boolean]>([
  ["--limit ended", { kept: 8, target: 8, done: true }, true],
  ["the rows ended", { kept: 7, target: 8, done: true }, false],
  ["count ended", { kept: 2000, target: 2000, done: true }, false],
  ["nothing has ended yet", { kept: 8, target: 8, done: false }, false],
])("a draw that %s is cut short: %#", (_name, state, isCut) => {
  expect(isCutShort(state, 2000)).toBe(isCut);
});

test("the note of a cut draw names both ways to say that it is whole", () => {
  expect(cutNote(8, 8, 2000)).toBe(
    "--limit drew 8 of [source].count 2000 turns: the gate waits for the rest, and looks before 40 % of it decide and spend nothing. Where these turns are all that the duel is to have, set [duel] plan = 8, or [source] count",
  );
});
