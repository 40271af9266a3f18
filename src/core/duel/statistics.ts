/** Means, correlation and shares that several measures of a duel need. */
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

/**
 * A share with its interval over clusters: a ratio estimate with linearised variance and Student's t
 * at C - 1 degrees of freedom. Votes of one instance hang together, so votes are not the unit.
 */
export function clusteredShare(counts: readonly ClusterCount[]): Share {
  const clusters = new Map<string, { hits: number; all: number }>();
  for (const { cluster, hits, all } of counts) {
    if (all === 0) continue;
    const entry = clusters.get(cluster) ?? { hits: 0, all: 0 };
    clusters.set(cluster, { hits: entry.hits + hits, all: entry.all + all });
  }
  const rows = [...clusters.values()];
  const all = rows.reduce((sum, row) => sum + row.all, 0);
  if (all === 0) return { share: null, interval: null };
  const share = rows.reduce((sum, row) => sum + row.hits, 0) / all;
  const n = rows.length;
  if (n < 2) return { share, interval: null };
  const squares = rows.reduce((sum, row) => sum + (row.hits - share * row.all) ** 2, 0);
  const reach = studentUpper(0.025, n - 1) * (Math.sqrt((n / (n - 1)) * squares) / all);
  return { share, interval: [Math.max(0, share - reach), Math.min(1, share + reach)] };
}
