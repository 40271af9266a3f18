import fc from "fast-check";
import { expect, test } from "vitest";
import { byNumber } from "../../src/io/by-number.ts";

const collator = new Intl.Collator("en", { numeric: true });
const byCollator = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1);
const sign = (value: number): number => Math.sign(value);

test("numbers in file names count by their value, whatever their length", () => {
  const names = ["a_10.json", "a_2.json", "a_002.json", "a_2.r1.json", `a_1${"0".repeat(40)}.json`];
  expect(names.toSorted(byNumber)).toEqual([
    "a_002.json",
    "a_2.json",
    "a_2.r1.json",
    "a_10.json",
    `a_1${"0".repeat(40)}.json`,
  ]);
});

test.each([
  ["small letters, digits and marks", "abz019_-."],
  ["any letters and marks", "aBéß1_ %~"],
])("the order is the collator's for names of %s", (_, characters) => {
  const name = fc.string({ unit: fc.constantFrom(...characters.split("")), maxLength: 8 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      if (a !== b) expect(sign(byNumber(a, b))).toBe(sign(byCollator(a, b)));
    }),
    { numRuns: 3000, seed: 11 },
  );
});
