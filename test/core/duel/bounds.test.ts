/** The bounds against the formulas of docs/gate.md, written down once more as they read. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapT, lowerQuantile, upperT } from "../../../src/core/duel/bootstrap.ts";
import {
  clustersOf,
  effectiveClusters,
  intraclassOf,
  meanOf,
  skewnessOf,
  standardErrorOf,
  type Clusters,
} from "../../../src/core/duel/clusters.ts";
import { halfSampleMeans, lowerBound } from "../../../src/core/duel/half-sample.ts";
import { seededRng } from "../../../src/core/random.ts";

const rng = () => seededRng(1, "bounds");
const at = (values: ArrayLike<number>, index: number): number => values[index] ?? Number.NaN;

const made = (seed: number, count: number): Clusters => {
  const chance = seededRng(seed, "made");
  return {
    sums: Float64Array.from({ length: count }, () => Math.round((chance() - 0.4) * 1e6)),
    sizes: Float64Array.from({ length: count }, () => 1 + Math.floor(chance() * 6)),
  };
};

/** Share of all sign flips whose statistic sum e_c (S_c - theta n_c) is at least the observed one. */
function signFlip({ sums, sizes }: Clusters, theta: number): number {
  const rest = Array.from(sums, (sum, c) => sum - theta * at(sizes, c));
  const observed = rest.reduce((sum, value) => sum + value, 0);
  let reached = 0;
  for (let flips = 0; flips < 2 ** rest.length; flips++) {
    const flipped = rest.reduce((sum, value, c) => sum + ((flips >> c) & 1 ? -value : value), 0);
    if (flipped >= observed - 1e-6) reached++;
  }
  return reached / 2 ** rest.length;
}

test("by full enumeration the half-sample bound is the sign-flip test inverted", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const clusters = made(seed, 5 + (seed % 6));
    const bound = lowerBound(halfSampleMeans(clusters, 10_000, rng()), 0.05);
    // Just below the bound the test rejects, just above it does not.
    expect(signFlip(clusters, bound - 0.01)).toBeLessThanOrEqual(0.05);
    expect(signFlip(clusters, bound + 0.01)).toBeGreaterThan(0.05);
  }
});

test("half-samples by chance give the bound that all of them give", () => {
  for (const seed of [1, 2, 3]) {
    const clusters = made(seed, 13);
    const all = halfSampleMeans(clusters, 10_000, rng());
    expect(all).toHaveLength(2 ** 13 - 1);
    const chance = halfSampleMeans(clusters, 8_000, rng());
    expect(chance).toHaveLength(8_000);
    const [one, other] = [lowerBound(all, 0.05), lowerBound(chance, 0.05)];
    const error = standardErrorOf(clusters) ?? 1;
    expect(Math.abs(one - other) / error).toBeLessThan(0.12);
  }
});

test("the half-sample bound is worked by hand for two clusters", () => {
  // Subsets: {2}, {6}, {2, 6} of sizes 1 and 2: 2, 3, 8/3.
  const clusters = { sums: Float64Array.of(2, 6), sizes: Float64Array.of(1, 2) };
  expect([...halfSampleMeans(clusters, 100, rng())]).toEqual([2, 8 / 3, 3]);
  expect(lowerBound(Float64Array.of(2, 8 / 3, 3), 0.25)).toBe(2);
  expect(lowerBound(Float64Array.of(2, 8 / 3, 3), 0.05)).toBe(-Infinity);
});

/** Bootstrap-t as it reads: draw clusters, studentize, take the quantile. */
function plainBootstrapT({ sums, sizes }: Clusters, resamples: number, alpha: number): number {
  const chance = seededRng(9, "plain");
  const count = sums.length;
  const describe = (drawn: readonly number[]): { m: number; se: number } => {
    const size = drawn.reduce((sum, c) => sum + at(sizes, c), 0);
    const m = drawn.reduce((sum, c) => sum + at(sums, c), 0) / size;
    const squares = drawn.reduce((sum, c) => sum + (at(sums, c) - m * at(sizes, c)) ** 2, 0);
    return { m, se: Math.sqrt((count / (count - 1)) * squares) / size };
  };
  const own = describe(Array.from({ length: count }, (_, c) => c));
  const ts = Array.from({ length: resamples }, () => {
    const { m, se } = describe(Array.from({ length: count }, () => Math.floor(chance() * count)));
    return (m - own.m) / se;
  }).sort((a, b) => a - b);
  const rank = Math.floor(alpha * (resamples + 1));
  return own.m - at(ts, resamples - rank) * own.se;
}

test.each([12, 40, 150])(
  "the studentized bound of %i clusters is that of the plain formula",
  (count) => {
    const clusters = made(count, count);
    const error = standardErrorOf(clusters) ?? 1;
    const { ts, means } = bootstrapT(clusters, 8_000, rng());
    const bound = meanOf(clusters) - upperT(ts, 0.05) * error;
    expect(Math.abs(bound - plainBootstrapT(clusters, 8_000, 0.05)) / error).toBeLessThan(0.12);
    const center = means.reduce((sum, m) => sum + m, 0) / means.length;
    expect(Math.abs(center - meanOf(clusters)) / error).toBeLessThan(0.2);
  },
);

test("beyond 2,000 clusters Poisson weights, with likes drawn together, give the same quantiles", () => {
  // 2,400 clusters of 24 kinds: the bound is nearly the normal one, mean - 1.645 SE.
  const clusters = {
    sums: Float64Array.from({ length: 2400 }, (_, c) => ((c % 24) - 10) * 10_000),
    sizes: new Float64Array(2400).fill(1),
  };
  const error = standardErrorOf(clusters) ?? 1;
  const { ts } = bootstrapT(clusters, 8_000, rng());
  expect(upperT(ts, 0.05)).toBeGreaterThan(1.56);
  expect(upperT(ts, 0.05)).toBeLessThan(1.73);
  const half = lowerBound(halfSampleMeans(clusters, 8_000, rng()), 0.05);
  expect((meanOf(clusters) - half) / error).toBeGreaterThan(1.56);
  expect((meanOf(clusters) - half) / error).toBeLessThan(1.73);
});

test("quantiles are counted from one", () => {
  const values = Float64Array.from({ length: 100 }, (_, place) => place);
  expect(lowerQuantile(values, 0.05)).toBe(4);
  expect(lowerQuantile(new Float64Array(0), 0.05)).toBeNaN();
  expect(lowerBound(values, 0.05)).toBe(4);
  expect(upperT(values, 0.05)).toBe(95);
  expect(upperT(values, 0.001)).toBe(Infinity);
});

test("effective clusters, skewness and intraclass correlation are worked by hand", () => {
  const clusters = { sums: Float64Array.of(0, 0, 6), sizes: Float64Array.of(1, 1, 4) };
  // (1 + 1 + 4)^2 / (1 + 1 + 16) = 2; rests about the mean 1: -1, -1, 2.
  expect(effectiveClusters(clusters)).toBe(2);
  expect(skewnessOf(clusters)).toBeCloseTo(2 / 2 ** 1.5, 12);
  // Five pairs that are alike within: everything lies between them.
  const alike = ["a", "b", "c", "d", "e"].flatMap((cluster, place) => [
    { cluster, value: place },
    { cluster, value: place },
  ]);
  expect(intraclassOf(alike)?.icc).toBeCloseTo(1, 12);
  // Values 0, 1 in each of five pairs: nothing between, MSB = 0, so (0 - MSW) / (0 + MSW) = -1.
  const unlike = ["a", "b", "c", "d", "e"].flatMap((cluster) => [
    { cluster, value: 0 },
    { cluster, value: 1 },
  ]);
  expect(intraclassOf(unlike)?.icc).toBeCloseTo(-1, 12);
  expect(intraclassOf(alike.slice(0, 4))).toBeNull();
});

test("clusters come in the order of their names, whatever the order of turns", () => {
  const turns = ["b", "a", "b"].map((cluster, value) => ({ cluster, value }));
  expect(clustersOf(turns)).toEqual({ sums: Float64Array.of(1, 2), sizes: Float64Array.of(1, 2) });
  expect(clustersOf([...turns].reverse())).toEqual(clustersOf(turns));
});

test("every half-sample lies between the smallest and the largest cluster mean", () => {
  const cluster = fc.record({
    sum: fc.double({ min: -5, max: 5, noNaN: true }),
    size: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(cluster, { minLength: 1, maxLength: 30 }), fc.integer(), (all, seed) => {
      const clusters = {
        sums: Float64Array.from(all, ({ sum }) => sum),
        sizes: Float64Array.from(all, ({ size }) => size),
      };
      const means = halfSampleMeans(clusters, 50, seededRng(seed, "x")).filter(Number.isFinite);
      const own = all.map(({ sum, size }) => sum / size);
      for (const mean of means) {
        expect(mean).toBeGreaterThanOrEqual(Math.min(...own) - 1e-9);
        expect(mean).toBeLessThanOrEqual(Math.max(...own) + 1e-9);
      }
    }),
  );
});
