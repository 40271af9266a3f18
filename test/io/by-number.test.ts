import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedByNumber } from "../../src/io/by-number.ts";

const collator = new Intl.Collator("en", { numeric: true });
const byCollator = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1);

test("numbers in file names count by their value, whatever their length", () => {
  const names = ["a_10.json", "a_2.json", "a_002.json", "a_2.r1.json", `a_1${"0".repeat(40)}.json`];
  expect(sortedByNumber(names)).toEqual([
    "a_002.json",
    "a_2.json",
    "a_2.r1.json",
    "a_10.json",
    `a_1${"0".repeat(40)}.json`,
  ]);
});

test("one name that is not plain changes nothing in the order of the others", () => {
  const names = ["a_10.json", "a_9.json", "b_1.json", "a_9.r1.json"];
  const sorted = sortedByNumber(names);
  expect(sortedByNumber([...names, "É.json"]).filter((name) => name !== "É.json")).toEqual(sorted);
});

test.each([
  ["small letters, digits and marks", "abz019_-."],
  ["any letters and marks", "aBéß1_ %~"],
])("the order is the collator's for names of %s", (_, characters) => {
  const name = fc.string({ unit: fc.constantFrom(...characters.split("")), maxLength: 8 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(sortedByNumber([a, b])).toEqual([a, b].toSorted(byCollator));
    }),
    { numRuns: 3000, seed: 11 },
  );
});
