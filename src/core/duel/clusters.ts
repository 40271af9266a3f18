/**
 * Values by cluster, and what describes them before anything is drawn: mean, standard error, how many
 * clusters they are worth, how skewed, and how much of the variance lies between clusters.
 */
import { studentUpper } from "./student.ts";

export type Clusters = {
  /** Sum of the values of each cluster. */
  readonly sums: Float64Array;
  /** Number of values of each cluster, at least 1. */
  readonly sizes: Float64Array;
};

export type Valued = { readonly cluster: string; readonly value: number };

/** Values by cluster; clusters in order of their names, so that the order of turns does not matter. */
export function clustersOf(turns: readonly Valued[]): Clusters {
  const found = new Map<string, { sum: number; size: number }>();
  for (const { cluster, value } of turns) {
    const entry = found.get(cluster);
    if (entry === undefined) found.set(cluster, { sum: value, size: 1 });
    else {
      entry.sum += value;
      entry.size++;
    }
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return {
    sums: Float64Array.from(sorted, (entry) => entry.sum),
    sizes: Float64Array.from(sorted, (entry) => entry.size),
  };
}

/** Mean over all values: sum S_c / sum n_c. NaN without clusters. */
export function meanOf({ sums, sizes }: Clusters): number {
  return total(sums) / total(sizes);
}

/**
 * Cluster-robust standard error of the mean (Miller 2024, arXiv:2411.00640, with C/(C-1) for few
 * clusters): sqrt(C/(C-1) x sum (S_c - mean n_c)^2) / sum n_c. null under two clusters.
 */
export function standardErrorOf(clusters: Clusters): number | null {
  const { sums, sizes } = clusters;
  const count = sums.length;
  if (count < 2) return null;
  const mean = meanOf(clusters);
  let squares = 0;
  for (let at = 0; at < count; at++) squares += ((sums[at] ?? 0) - mean * (sizes[at] ?? 0)) ** 2;
  return Math.sqrt((count / (count - 1)) * squares) / total(sizes);
}

/** C / (1 + CV^2 of the sizes): so many equal clusters would say as much. 0 without clusters. */
export function effectiveClusters({ sizes }: Clusters): number {
  const count = sizes.length;
  if (count === 0) return 0;
  const squares = sizes.reduce((sum, size) => sum + size * size, 0);
  return total(sizes) ** 2 / squares;
}

/** Skewness of S_c - mean n_c over clusters; null under three clusters or where none differs. */
export function skewnessOf(clusters: Clusters): number | null {
  const { sums, sizes } = clusters;
  const count = sums.length;
  if (count < 3) return null;
  const mean = meanOf(clusters);
  let second = 0;
  let third = 0;
  for (let at = 0; at < count; at++) {
    const rest = (sums[at] ?? 0) - mean * (sizes[at] ?? 0);
    second += rest ** 2;
    third += rest ** 3;
  }
  return second === 0 ? null : third / count / (second / count) ** 1.5;
}

export type Intraclass = {
  /** At most 1; below 0 where clusters differ less than chance would have it. */
  readonly icc: number;
  /** 95 %, jackknife over clusters. */
  readonly interval: readonly [number, number];
};

/**
 * One-way analysis of variance with unequal groups: (MSB - MSW) / (MSB + (n0 - 1) MSW), where n0 =
 * (N - sum n^2 / N) / (C - 1). null under five clusters, without a cluster of two, or where nothing varies.
 */
export function intraclassOf(turns: readonly Valued[]): Intraclass | null {
  const groups = new Map<string, Group>();
  for (const { cluster, value } of turns) {
    const { n, sum, squares } = groups.get(cluster) ?? NO_GROUP;
    groups.set(cluster, { n: n + 1, sum: sum + value, squares: squares + value * value });
  }
  const all = [...groups.values()];
  if (all.length < 5) return null;
  const sums = all.reduce(addTo, NO_SUMS);
  const icc = iccOf(sums);
  const left = all.flatMap((group) => iccOf(takeFrom(sums, group)) ?? []);
  if (icc === null || left.length < all.length) return null;
  const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
  const squares = left.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach =
    studentUpper(0.025, all.length - 1) * Math.sqrt(((all.length - 1) / all.length) * squares);
  return { icc, interval: [Math.max(-1, icc - reach), Math.min(1, icc + reach)] };
}

// ---------------------------------------------------------------------------------------------

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

type Group = { readonly n: number; readonly sum: number; readonly squares: number };
const NO_GROUP: Group = { n: 0, sum: 0, squares: 0 };

/** All that the analysis of variance needs, so that a cluster can be left out in one step. */
type Sums = Group & {
  readonly groups: number;
  /** Sum of n^2, and of sum^2 / n, over groups. */
  readonly sizes: number;
  readonly explained: number;
};
const NO_SUMS: Sums = { ...NO_GROUP, groups: 0, sizes: 0, explained: 0 };

const combine = (all: Sums, { n, sum, squares }: Group, sign: 1 | -1): Sums => ({
  n: all.n + sign * n,
  sum: all.sum + sign * sum,
  squares: all.squares + sign * squares,
  groups: all.groups + sign,
  sizes: all.sizes + sign * n * n,
  explained: all.explained + (sign * sum * sum) / n,
});
const addTo = (all: Sums, group: Group): Sums => combine(all, group, 1);
const takeFrom = (all: Sums, group: Group): Sums => combine(all, group, -1);

function iccOf({ n, sum, squares, groups, sizes, explained }: Sums): number | null {
  if (groups < 2 || n <= groups) return null;
  const between = (explained - (sum * sum) / n) / (groups - 1);
  const within = (squares - explained) / (n - groups);
  const size = (n - sizes / n) / (groups - 1);
  const all = between + (size - 1) * within;
  return all <= 1e-9 ? null : (between - within) / all;
}
