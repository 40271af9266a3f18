/** Means, correlation and shares that several measures of a duel need. */
import { seededRng } from "../random.ts";
import { bootstrapT, upperT } from "./bootstrap.ts";
import { meanOf, standardErrorOf, type Clusters } from "./clusters.ts";
import { halfSampleMeans, lowerBound } from "./half-sample.ts";
import { studentUpper } from "./student.ts";

/** null for an empty list. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Pearson's r of pairs; null under two pairs or when one side never varies. */
export function correlation(pairs: readonly (readonly [number, number])[]): number | null {
  const meanX = mean(pairs.map(([x]) => x));
  const meanY = mean(pairs.map(([, y]) => y));
  if (meanX === null || meanY === null || pairs.length < 2) return null;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const [x, y] of pairs) {
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

/** Counts of one cluster: how many of `all` were hits. */
export type ClusterCount = {
  readonly cluster: string;
  readonly hits: number;
  readonly all: number;
};

export type Share = {
  /** 0..1; null when nothing was counted. */
  readonly share: number | null;
  /** 95 %, cut to 0..1; null under two clusters. */
  readonly interval: readonly [number, number] | null;
};

/** Under so many clusters, and beyond so many, Student's t alone: too few subsets, or no difference. */
const RESAMPLED = { from: 6, to: 500 };
const RESAMPLES = 2000;
const ALPHA = 0.025;

/**
 * A share with its interval over clusters, by the gate's rule from both sides: the wider of half-samples
 * and the studentized bootstrap. Votes of one cluster hang together, so votes are not the unit. The
 * seed is fixed: the same counts give the same interval.
 */
export function clusteredShare(counts: readonly ClusterCount[]): Share {
  const found = new Map<string, { hits: number; all: number }>();
  for (const { cluster, hits, all } of counts) {
    if (all === 0) continue;
    const entry = found.get(cluster) ?? { hits: 0, all: 0 };
    found.set(cluster, { hits: entry.hits + hits, all: entry.all + all });
  }
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const clusters = {
    sums: Float64Array.from(rows, ({ hits }) => hits * UNIT),
    sizes: Float64Array.from(rows, ({ all }) => all),
  };
  if (rows.length === 0) return { share: null, interval: null };
  const share = meanOf(clusters) / UNIT;
  const error = standardErrorOf(clusters);
  if (error === null) return { share, interval: null };
  const [low, high] = intervalOf(clusters, error);
  return { share, interval: [Math.max(0, low), Math.min(1, high)] };
}

/** One row's part in a mean of ratios: the mean is the sum of `value` over the sum of `size`. */
export type Sized = { readonly cluster: string; readonly value: number; readonly size: number };

export type Mean = {
  /** null without rows. */
  readonly mean: number | null;
  /** 95 %, from both sides; null under two clusters. No width where no cluster differs. */
  readonly interval: readonly [number, number] | null;
  readonly n_clusters: number;
};

/**
 * A mean with its interval over clusters, by the same rule as `clusteredShare` and cut to nothing.
 * Values are counted in millionths, so that their order does not matter. `size` above 0.
 */
export function clusteredMean(rows: readonly Sized[]): Mean {
  const found = new Map<string, { sum: number; size: number }>();
  for (const { cluster, value, size } of rows) {
    const entry = found.get(cluster) ?? { sum: 0, size: 0 };
    entry.sum += Math.round(value * UNIT);
    entry.size += size;
    found.set(cluster, entry);
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  const clusters = {
    sums: Float64Array.from(sorted, ({ sum }) => sum),
    sizes: Float64Array.from(sorted, ({ size }) => size),
  };
  if (sorted.length === 0) return { mean: null, interval: null, n_clusters: 0 };
  const error = standardErrorOf(clusters);
  return {
    mean: meanOf(clusters) / UNIT,
    interval: error === null ? null : intervalOf(clusters, error),
    n_clusters: sorted.length,
  };
}

// ---------------------------------------------------------------------------------------------

/** The gate counts in millionths, and so do the shares here. */
const UNIT = 1_000_000;

/** `error`: the standard error of the mean, in millionths like the sums. */
function intervalOf(clusters: Clusters, error: number): readonly [number, number] {
  const count = clusters.sums.length;
  const mean = meanOf(clusters);
  const reach = studentUpper(ALPHA, count - 1) * error;
  const isResampled = count >= RESAMPLED.from && count <= RESAMPLED.to && error > 1e-9;
  return isResampled
    ? resampledInterval(clusters, error)
    : [(mean - reach) / UNIT, (mean + reach) / UNIT];
}

function resampledInterval(clusters: Clusters, error: number): readonly [number, number] {
  const rng = seededRng(1, "interval");
  const half = halfSampleMeans(clusters, RESAMPLES, rng);
  const { ts } = bootstrapT(clusters, RESAMPLES, rng);
  const mean = meanOf(clusters);
  // An empty draw says nothing: from either side it is the farthest.
  const turned = half.map((value) => (Number.isFinite(value) ? -value : -Infinity)).sort();
  const low = Math.min(lowerBound(half, ALPHA), mean - upperT(ts, ALPHA) * error);
  const lowestT = ts[Math.floor(ALPHA * (ts.length + 1)) - 1] ?? -Infinity;
  const high = Math.max(-lowerBound(turned, ALPHA), mean - lowestT * error);
  return [low / UNIT, high / UNIT];
}
