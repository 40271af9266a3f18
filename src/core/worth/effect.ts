/**
 * A difference of two arms with an interval over seeds and clusters together. Each arm was trained once a
 * seed, and each checkpoint answered the same rows; rows of one repository hang together, and so do all
 * rows of one seed. Neither alone is enough: with three seeds and rows alone an interval called 95 %
 * covers far less.
 *
 * Both widths are taken as if the other did not vary, and are joined as squares (variance estimates
 * recovery: Zou and Donner 2008, Statistics in Medicine 27, "square-and-add"):
 *
 *   over clusters: the gate's own interval of the mean over seeds, [l, u]
 *   over seeds:    Student's, h = t(0.975, S - 1) sd(D_s) / sqrt(S), D_s the difference of seed s
 *   [D - sqrt((D - l)^2 + h^2), D + sqrt((u - D)^2 + h^2)]
 *
 * Each width holds a part of the interaction's variance, so that the whole is a little too wide.
 */
import { MIN_CLUSTERS } from "../duel/gate.ts";
import { clusteredMean } from "../duel/statistics.ts";
import { studentUpper } from "../duel/student.ts";

/** What an arm's checkpoint of one seed made of one row: 0..1 of a share, nats of a likelihood. */
export type Measured = {
  readonly seed: number;
  /** Of the row, the same in every arm. */
  readonly row: number;
  readonly cluster: string;
  readonly value: number;
};

/** "none": the interval covers 0. "unsure": too few seeds or clusters. */
export type EffectVerdict = "better" | "worse" | "none" | "unsure";

export type Effect = {
  /** First arm minus second; null without rows that both have. */
  readonly difference: number | null;
  /** 95 %; null under two seeds, and where clusters are too few for any. */
  readonly interval: readonly [number, number] | null;
  readonly n_seeds: number;
  readonly n_rows: number;
  readonly n_clusters: number;
  readonly verdict: EffectVerdict;
};

/** Fewer seeds say too little of how far others would differ. */
export const MIN_SEEDS = 5;

/** The first arm against the second; seeds and rows that one of them lacks are left out. */
export function effectOf(first: readonly Measured[], second: readonly Measured[]): Effect {
  const cells = pairedCells(first, second);
  const seeds = meansBy(cells, ({ seed }) => String(seed));
  const rows = meansBy(cells, ({ row }) => String(row));
  const clusterOf = new Map(cells.map(({ row, cluster }) => [String(row), cluster]));
  const over = clusteredMean(
    [...rows].map(([row, value]) => ({ cluster: clusterOf.get(row) ?? row, value, size: 1 })),
  );
  const counts = { n_seeds: seeds.size, n_rows: rows.size, n_clusters: over.n_clusters };
  const difference = over.mean;
  const half = seedWidth([...seeds.values()]);
  if (difference === null || over.interval === null || half === null) {
    return { difference, interval: null, ...counts, verdict: "unsure" };
  }
  const [low, high] = over.interval;
  // Too few clusters for any width.
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    return { difference, interval: null, ...counts, verdict: "unsure" };
  }
  const interval = [
    difference - Math.hypot(difference - low, half),
    difference + Math.hypot(high - difference, half),
  ] as const;
  return { difference, interval, ...counts, verdict: verdictOf(interval, counts) };
}

/** An arm's own mean over all that was measured; null without any. */
export function meanOfArm(measured: readonly Measured[]): number | null {
  if (measured.length === 0) return null;
  return measured.reduce((sum, { value }) => sum + value, 0) / measured.length;
}

// ---------------------------------------------------------------------------------------------

function verdictOf(
  [low, high]: readonly [number, number],
  { n_seeds, n_clusters }: Pick<Effect, "n_seeds" | "n_clusters">,
): EffectVerdict {
  const isEnough = n_seeds >= MIN_SEEDS && n_clusters >= MIN_CLUSTERS;
  if (!isEnough) return "unsure";
  return low > 0 ? "better" : high < 0 ? "worse" : "none";
}

/** Differences of rows that both arms have for every seed that both have. */
function pairedCells(first: readonly Measured[], second: readonly Measured[]): Measured[] {
  const keyOf = ({ seed, row }: Measured): string => `${seed}/${row}`;
  const other = new Map(second.map((one) => [keyOf(one), one.value]));
  const both = first.flatMap((one) => {
    const value = other.get(keyOf(one));
    return value === undefined ? [] : [{ ...one, value: one.value - value }];
  });
  // A row that a seed lacks would weigh the others more: it goes.
  const seeds = new Set(both.map(({ seed }) => seed)).size;
  const seen = new Map<number, number>();
  for (const { row } of both) seen.set(row, (seen.get(row) ?? 0) + 1);
  return both.filter(({ row }) => seen.get(row) === seeds);
}

function meansBy(
  cells: readonly Measured[],
  keyOf: (cell: Measured) => string,
): ReadonlyMap<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const cell of cells) {
    const entry = sums.get(keyOf(cell)) ?? { sum: 0, count: 0 };
    sums.set(keyOf(cell), { sum: entry.sum + cell.value, count: entry.count + 1 });
  }
  return new Map([...sums].map(([key, { sum, count }]) => [key, sum / count]));
}

/** null under two seeds. */
function seedWidth(means: readonly number[]): number | null {
  const count = means.length;
  if (count < 2) return null;
  const mean = means.reduce((sum, value) => sum + value, 0) / count;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return studentUpper(ALPHA, count - 1) * Math.sqrt(variance / count);
}

const ALPHA = 0.025;
