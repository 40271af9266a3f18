/** Differences of arms: intervals over seeds and clusters together, worked by hand, and what they cover. */
import { describe, expect, test } from "vitest";
import { clusteredMean } from "../../../src/core/duel/statistics.ts";
import { coverageOf, coverageTable, WORTH_WORLDS } from "../../../src/core/worth/coverage.ts";
import { armMeans, comparisons } from "../../../src/core/worth/compare.ts";
import { effectOf, type Measured } from "../../../src/core/worth/effect.ts";

/** `seeds` x `rows` cells; three rows a cluster. */
const cells = (
  seeds: number,
  rows: number,
  value: (seed: number, row: number) => number,
): Measured[] =>
  Array.from({ length: seeds * rows }, (_, at) => {
    const [seed, row] = [1 + Math.floor(at / rows), at % rows];
    return { seed, row, cluster: `r${Math.floor(row / 3)}`, value: value(seed, row) };
  });

describe("the interval", () => {
  test("joins the width over clusters and Student's over seeds as squares", () => {
    const first = cells(5, 24, (seed, row) => seed / 10 + (row % 5) / 20);
    const second = cells(5, 24, () => 0);
    const effect = effectOf(first, second);
    // Seeds differ by 0.1 each: sd = 0.15811, t(0.975, 4) = 2.7764, half = 2.7764 x 0.15811 / sqrt(5).
    const half = 2.776445 * Math.sqrt(0.025 / 5);
    const rows = Array.from({ length: 24 }, (_, row) => ({
      cluster: `r${Math.floor(row / 3)}`,
      value: 0.3 + (row % 5) / 20,
      size: 1,
    }));
    const { mean, interval } = clusteredMean(rows);
    const [low = 0, high = 0] = interval ?? [];
    expect(effect.difference).toBeCloseTo(mean ?? 0, 9);
    expect(effect.interval?.[0]).toBeCloseTo((mean ?? 0) - Math.hypot((mean ?? 0) - low, half), 4);
    expect(effect.interval?.[1]).toBeCloseTo((mean ?? 0) + Math.hypot(high - (mean ?? 0), half), 4);
    expect(effect).toMatchObject({ n_seeds: 5, n_rows: 24, n_clusters: 8 });
  });

  test("is the same whatever order the measures come in", () => {
    const first = cells(5, 18, (seed, row) => Math.sin(seed * 7 + row));
    const second = cells(5, 18, (seed, row) => Math.cos(seed + row * 3));
    expect(effectOf([...first].reverse(), second)).toEqual(effectOf(first, [...second].reverse()));
  });

  test.each<[string, number, number, string]>([
    ["four seeds decide nothing", 4, 24, "unsure"],
    ["one seed has no interval", 1, 24, "unsure"],
    ["four clusters decide nothing", 5, 12, "unsure"],
    ["five of each do", 5, 24, "better"],
  ])("%s", (_case, seeds, rows, verdict) => {
    const first = cells(seeds, rows, (seed, row) => 1 + seed / 100 + (row % 7) / 100);
    expect(
      effectOf(
        first,
        cells(seeds, rows, () => 0),
      ).verdict,
    ).toBe(verdict);
    const turned = verdict === "better" ? "worse" : verdict;
    expect(
      effectOf(
        cells(seeds, rows, () => 0),
        first,
      ).verdict,
    ).toBe(turned);
  });

  test("that covers 0 is no difference", () => {
    const first = cells(5, 24, (seed, row) => ((seed * 5 + row * 7) % 11) / 11);
    const second = cells(5, 24, (seed, row) => ((seed * 3 + row * 5) % 11) / 11);
    expect(effectOf(first, second).verdict).toBe("none");
  });

  test("leaves out rows and seeds that one arm lacks", () => {
    const first = cells(5, 24, (_seed, row) => row / 24);
    const second = cells(6, 24, () => 0).filter(({ seed, row }) => row !== 3 || seed !== 2);
    expect(effectOf(first, second)).toMatchObject({ n_seeds: 5, n_rows: 23 });
    expect(effectOf(first, [])).toMatchObject({ difference: null, interval: null, n_rows: 0 });
  });
});

describe("what it covers where the truth is known", () => {
  const worlds = WORTH_WORLDS.filter(({ seeds, clusters }) => seeds >= 5 && clusters <= 20);
  test.each(worlds.map((world) => [world.name, world] as const))(
    "%s: at least 93 % of intervals called 95 %",
    (_name, world) => {
      expect(coverageOf(world, 60, 3).covered).toBeGreaterThanOrEqual(0.93);
    },
  );

  test("answers counted as independent cover far less", () => {
    const [world] = WORTH_WORLDS.filter(({ name }) => name === "seeds alone");
    if (world === undefined) throw new Error("no such world");
    const told = coverageOf(world, 60, 3);
    expect(told.coveredByRows).toBeLessThan(0.6);
    expect(coverageTable([told])).toContain("| seeds alone | 5 | 20 |");
  });
});

test("arms are held against each other where both were measured; lower may be better", () => {
  const measured = new Map([
    ["king", cells(5, 24, (seed, row) => 2 + seed / 50 + (row % 7) / 50)],
    ["winner", cells(5, 24, (seed, row) => 1 + seed / 70 + (row % 5) / 50)],
  ]);
  expect(comparisons(measured)).toMatchObject([
    { first: "winner", second: "king", verdict: "worse" },
  ]);
  expect(comparisons(measured, true)).toMatchObject([
    { first: "winner", second: "king", verdict: "better" },
  ]);
  expect(armMeans({ nats: measured })["winner"]?.["nats"]).toBeCloseTo(1.081, 2);
});
