import { expect, test } from "vitest";
import { seededRng } from "../../../src/core/random.ts";
import { drawOrder, layOut, locate, shuffled } from "../../../src/core/sample/order.ts";

const files = [
  { rows: 250, groupRows: [100, 100, 50] },
  { rows: 0, groupRows: [] },
  { rows: 70, groupRows: [] },
];
const options = { windowRows: 20, groupDraws: 10 };

test("files are laid end to end, and a row is found in its file", () => {
  const extents = layOut(files);
  expect(extents.map(({ start, end }) => [start, end])).toEqual([
    [0, 250],
    [250, 250],
    [250, 320],
  ]);
  expect(extents[0]?.groups).toEqual([0, 100, 200]);
  expect(locate(extents, 0)).toEqual({ file: 0, row: 0 });
  expect(locate(extents, 249)).toEqual({ file: 0, row: 249 });
  expect(locate(extents, 250)).toEqual({ file: 2, row: 0 });
  expect(locate(extents, 319)).toEqual({ file: 2, row: 69 });
});

test.each(["rows", "windows", "groups"] as const)(
  "spread %s gives every row once, and the same order for the same seed",
  (spread) => {
    const draw = (seed: number): number[] => [
      ...drawOrder(layOut(files), { ...options, spread }, seededRng(seed, "t")),
    ];
    expect(draw(1).toSorted((a, b) => a - b)).toEqual([...Array(320).keys()]);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  },
);

test("windows are runs of neighbours", () => {
  const rows = [
    ...drawOrder(layOut(files), { ...options, spread: "windows" }, seededRng(3, "t")),
  ].slice(0, 10);
  for (const [n, row] of rows.entries()) expect(row - (rows[0] ?? 0)).toBe(n);
});

test("groups take some rows of every group before any group is taken from again", () => {
  const rows = [
    ...drawOrder(layOut(files), { ...options, spread: "groups" }, seededRng(3, "t")),
  ].slice(0, 40);
  const groupOf = (row: number): number => (row < 250 ? Math.floor(row / 100) : 3);
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(groupOf(row), (counts.get(groupOf(row)) ?? 0) + 1);
  expect([...counts.values()]).toEqual([10, 10, 10, 10]);
});

test("the first rows drawn are uniform over all rows: chi-square over 4,000 seeds", () => {
  const cells = Array<number>(20).fill(0);
  for (let seed = 0; seed < 4000; seed++) {
    const order = shuffled(20, seededRng(seed, "uniform"));
    for (let n = 0; n < 5; n++) {
      const row = order.next().value;
      if (typeof row === "number") cells[row] = (cells[row] ?? 0) + 1;
    }
  }
  // 19 degrees of freedom: 43.8 is passed by chance once in a thousand.
  expect(chiSquare(cells)).toBeLessThan(43.8);
});

test("the chi-square statistic finds a draw that is not uniform", () => {
  expect(chiSquare([1200, 800, 1000, 1000])).toBeGreaterThan(16.3);
});

test("12 million rows are drawn from without laying them out", () => {
  const order = shuffled(12_290_800, seededRng(42, "t"));
  const rows = Array.from({ length: 2000 }, () => order.next().value);
  expect(new Set(rows).size).toBe(2000);
});

function chiSquare(cells: readonly number[]): number {
  const expected = cells.reduce((sum, n) => sum + n, 0) / cells.length;
  return cells.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}
