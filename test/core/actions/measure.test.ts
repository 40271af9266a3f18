import { expect, test } from "vitest";
import { measure, measurementLines } from "../../../src/core/actions/measure.ts";

// Worked by hand: a: P 2/3, R 2/2, F1 0.8; b: P 1/1, R 1/2, F1 2/3; macro-F1 11/15; 3 of 4 right.
const rows = [
  { label: "a", type: "a" },
  { label: "a", type: "a" },
  { label: "b", type: "a" },
  { label: "b", type: "b" },
];

test("accuracy, F1 and macro-F1 are as worked by hand", () => {
  const result = measure(rows);
  expect(result.accuracy).toBe(0.75);
  expect(result.classes.map((one) => one.f1)).toEqual(
    [0.8, 2 / 3].map((n) => expect.closeTo(n, 12)),
  );
  expect(result.macroF1).toBeCloseTo(11 / 15, 12);
  expect(result.mistakes).toEqual([["b", "a", 1]]);
});

test("a class that is never given has F1 0", () => {
  expect(measure([{ label: "a", type: "b" }]).macroF1).toBe(0);
});

test("the table names every class and mistake", () => {
  expect(measurementLines(measure(rows))).toEqual([
    "type                  labels     given precision    recall        F1",
    "a                          2         3      0.67      1.00      0.80",
    "b                          2         1      1.00      0.50      0.67",
    "accuracy 0.750 [0.301, 0.954], macro-F1 0.733, 4 rows",
    "  b taken for a: 1",
  ]);
});
