import { expect, test } from "vitest";
import { emptyFinalNote } from "../../../src/core/duel/empty-final.ts";

const limits = { final_min: 80, defeat_max: 66 };

test.each([
  ["score", 70, true],
  ["score", 66, true],
  ["score", 50, false],
  ["decisive", 50, true],
] as const)("by %s, with a best turn of %d, refined/ is a way on: %s", (by, best, isWay) => {
  const note = emptyFinalNote([12, best], { ...limits, by }) ?? "";
  expect(note).toContain(`final/ is empty: the best turn's score is ${best}`);
  expect(note).toContain("set [bucket] final_min and defeat_max in chain.toml");
  expect(note.includes("--refined takes refined/ as well")).toBe(isWay);
  expect(note.includes("no turn's score reaches refined/ either")).toBe(!isWay);
});

test("nothing is said of no turns", () => {
  expect(emptyFinalNote([], { ...limits, by: "score" })).toBeNull();
});
