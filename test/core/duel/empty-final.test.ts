import { expect, test } from "vitest";
import { emptyFinalNote } from "../../../src/core/duel/empty-final.ts";

const limits = { final_min: 80, defeat_max: 66 };

test.each([
  ["score", 70, true],
  ["score", 66, true],
  ["score", 51, false],
  ["decisive", 51, true],
] as const)("by %s, with a best turn of %d, refined/ is a way on: %s", (by, best, isWay) => {
  const note = emptyFinalNote([12, best], { ...limits, by }) ?? "";
  expect(note).toContain(`final/ is empty: the best turn's score is ${best}`);
  expect(note).toContain("set [bucket] final_min and defeat_max in chain.toml");
  expect(note.includes("--refined takes refined/ as well")).toBe(isWay);
  expect(note.includes("no turn's score reaches refined/ either")).toBe(!isWay);
});

test.each([
  [null, false],
  [0.5, false],
  [0.51, true],
])("with a share of draws of %j, that judges draw is said: %s", (draws, isSaid) => {
  const note = emptyFinalNote([70], { ...limits, by: "score" }, draws) ?? "";
  expect(note.includes("under [bucket].final_min 80; judges draw on most metrics of two")).toBe(
    isSaid,
  );
});

test.each([
  ["score", [30, 10], 66, true],
  ["score", [50], 66, false],
  ["score", [45], 40, false],
  ["decisive", [45], 40, true],
] as const)(
  "by %s, scores %j with defeat_max %d are no win; pairs: %s",
  (by, scores, defeat_max, pairs) => {
    const note = emptyFinalNote(scores, { final_min: 80, defeat_max, by }, 0.9);
    expect(note).toBe(
      `final/ is empty: the challenger won no turn (best score ${scores[0]}); limits do not mend that: ask another [challenger].model or give it other hidden knowledge${pairs ? ", or npm run stage:export -- --format preference (turns that the judges put into defeat/ make pairs the other way round)" : ""}`,
    );
  },
);

test("nothing is said of no turns", () => {
  expect(emptyFinalNote([], { ...limits, by: "score" })).toBeNull();
});
