import { expect, test } from "vitest";
import { MEASURED_TO, recallAt, trueShare } from "../../../src/core/audit/recall.ts";

test("recall falls with the limit, and a limit between two levels takes the lower", () => {
  expect(recallAt(0.75)?.found).toBeGreaterThanOrEqual(recallAt(2)?.found ?? Infinity);
  expect(recallAt(1.6)).toEqual(recallAt(1.5));
  expect(recallAt(0.1)).toEqual(recallAt(0.75));
  expect(recallAt(MEASURED_TO)).not.toBeNull();
  expect(recallAt(MEASURED_TO + 0.01)).toBeNull();
});

test("a share of found leaks is divided by the recall, its interval by the recall's", () => {
  const recall = { set: "s", found: 8, leaks: 10, interval: [0.5, 0.9] as const };
  const { share, interval } = trueShare(8, 100, recall);
  expect(share).toBeCloseTo(0.1, 10);
  expect(interval[0]).toBeLessThan(0.08 / 0.9);
  expect(interval[1]).toBeGreaterThan(0.08 / 0.5);
  expect(trueShare(100, 100, recall)).toMatchObject({ share: 1 });
  expect(trueShare(0, 0, recall)).toMatchObject({ share: null });
});
