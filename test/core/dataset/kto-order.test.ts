/** The order of kto rows: labels mixed everywhere, a turn's rows apart, by the seed. */
import { expect, test } from "vitest";
import { ktoOrder, refuseOneSided } from "../../../src/core/dataset/kto-order.ts";

/** Row 2n is the good answer to turn n, row 2n + 1 the bad one: as builders write them. */
const pairs = (turns: number) => ({
  rows: Array.from({ length: 2 * turns }, (_, row) => row),
  isGood: (row: number) => row % 2 === 0,
  turnOf: (row: number) => Math.imul((row >> 1) + 1, 0x01f1_23bb) >>> 0,
  seed: 42,
});

test("every batch of four has both labels, and a turn's two rows are far apart", () => {
  const given = pairs(200);
  const order = ktoOrder(given);
  expect([...order].sort((a, b) => a - b)).toEqual(given.rows);
  for (let at = 0; at < order.length; at += 4) {
    const good = order.slice(at, at + 4).filter(given.isGood).length;
    expect([1, 2, 3]).toContain(good);
  }
  const place = new Map(order.map((row, at) => [row, at]));
  const gaps = given.rows
    .filter((row) => row % 2 === 0)
    .map((row) => Math.abs((place.get(row) ?? 0) - (place.get(row + 1) ?? 0)));
  expect(Math.min(...gaps)).toBeGreaterThan(8);
});

test("few good rows among many bad ones are spread over the whole set", () => {
  const rows = Array.from({ length: 100 }, (_, row) => row);
  const isGood = (row: number): boolean => row < 10;
  const order = ktoOrder({ rows, isGood, turnOf: (row) => row, seed: 1 });
  for (let at = 0; at < 100; at += 10) {
    expect(order.slice(at, at + 10).filter(isGood)).toHaveLength(1);
  }
});

test("the rows of one turn with many bad answers do not stand together", () => {
  // Four turns with one good and four bad answers each.
  const rows = Array.from({ length: 20 }, (_, row) => row);
  const turnOf = (row: number): number => 7919 * (1 + Math.floor(row / 5));
  const order = ktoOrder({ rows, isGood: (row) => row % 5 === 0, turnOf, seed: 3 });
  const twins = order.filter((row, at) => at > 0 && turnOf(row) === turnOf(order[at - 1] ?? 0));
  expect(twins.length).toBeLessThanOrEqual(1);
});

test("the seed alone decides", () => {
  const given = pairs(30);
  expect(ktoOrder(given)).toEqual(ktoOrder(given));
  expect(ktoOrder({ ...given, seed: 43 })).not.toEqual(ktoOrder(given));
  expect(ktoOrder(pairs(0))).toEqual([]);
});

test.each([
  [
    [[0, 2], [4]],
    "kto: all 3 rows of the set have the label true: there is nothing to tell good from bad by",
  ],
  [
    [[1, 3], [2]],
    "kto: all 2 rows of train have the label false: there is nothing to tell good from bad by",
  ],
])("%j is refused", (bySplit, message) => {
  expect(() => refuseOneSided(bySplit, ["train", "val"], (row) => row % 2 === 0)).toThrow(message);
});

test("a validation split may be one-sided, and a set without kto rows is not", () => {
  const isGood = (row: number): boolean => row % 2 === 0;
  expect(() => refuseOneSided([[0, 1], [2]], ["train", "val"], isGood)).not.toThrow();
  expect(() => refuseOneSided([[], []], ["train", "val"], isGood)).not.toThrow();
});
