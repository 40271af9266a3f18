/** What a release changed, taken back: whole lines of the newer text that become the older's. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { reversals, shuffled } from "../../../src/core/tasks/fixes.ts";
import { withFault } from "../../../src/core/tasks/mutation.ts";
import { seededRng } from "../../../src/core/random.ts";

const lines = (...list: string[]): string => list.map((line) => `${line}\n`).join("");
const OLDER = lines("a", "b", "c", "d", "e", "f", "g", "h", "i");

test.each([
  ["a changed line", lines("a", "B", "c", "d", "e", "f", "g", "h", "i"), [[2, "B\n", "b\n"]]],
  ["a new line", lines("a", "b", "x", "c", "d", "e", "f", "g", "h", "i"), [[3, "x\n", ""]]],
  ["a line that is gone", lines("a", "b", "d", "e", "f", "g", "h", "i"), [[3, "", "c\n"]]],
  [
    "near pieces are one",
    lines("A", "b", "c", "D", "e", "f", "g", "h", "i"),
    [[1, "A\nb\nc\nD\n", "a\nb\nc\nd\n"]],
  ],
  [
    "far pieces are two",
    lines("A", "b", "c", "d", "e", "f", "g", "h", "I"),
    [
      [1, "A\n", "a\n"],
      [9, "I\n", "i\n"],
    ],
  ],
  ["blanks alone are none", lines("a ", "b", "c", "d", "e", "f", "g", "h", " i"), []],
  ["the same is none", OLDER, []],
] as const)("%s", (_, newer, wanted) => {
  const found = reversals("f.py", newer, OLDER);
  expect(found.map(({ line, before, after }) => [line, before, after])).toEqual(wanted);
  for (const place of found) expect(withFault(newer, place)).not.toBeNull();
});

test("all pieces taken back, from the last to the first, give the older file", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "dd", "ee"), { maxLength: 30 });
  fc.assert(
    fc.property(text, text, (one, two) => {
      const [newer, older] = [lines(...one), lines(...two)];
      const back = reversals("f.js", newer, older).reduceRight(
        (said, place) => withFault(said, place) ?? "does not fit",
        newer,
      );
      expect(back).toBe(older);
    }),
  );
});

test("what is longer than a fix is none, nor are files with other ends of lines", () => {
  const many = Array.from({ length: 60 }, (_, n) => `line ${n}`);
  expect(reversals("f.py", lines(...many), "x\n")).toEqual([]);
  expect(reversals("f.py", "a\r\n", "b\r\n")).toEqual([]);
});

test("the same seed gives the same order, and every piece once", () => {
  const list = Array.from({ length: 20 }, (_, n) => n);
  const order = shuffled(list, seededRng(1, "x"));
  expect(shuffled(list, seededRng(1, "x"))).toEqual(order);
  expect([...order].sort((a, b) => a - b)).toEqual(list);
  expect(order).not.toEqual(list);
});
