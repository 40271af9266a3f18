/**
 * How many turns a duel needs: from the variance of turn scores within and between clusters, the
 * chance that the gate accepts a challenger with a given true edge.
 *
 *   se^2 = (between x sum n_c^2 / n^2) + within / n,  which for C clusters worth C_eff is
 *          between / C_eff + within / n
 *   power = P(mean > max(z_(1-alpha) se, win_margin / 200)) = Phi((edge / 200 - that) / se)
 */
import { effectiveClusters, type Clusters, type Valued } from "./clusters.ts";
import { normalTail, normalUpper } from "./normal.ts";

export type Spread = {
  /** Variances of score/100 between and within clusters. */
  readonly between: number;
  readonly within: number;
  /** Mean turns a cluster, and effective clusters a cluster (1: all of one size). */
  readonly turnsPerCluster: number;
  readonly evenness: number;
};

/** One-way analysis of variance; null under two clusters or without a cluster of two turns. */
export function spreadOf(turns: readonly Valued[], clusters: Clusters): Spread | null {
  const count = clusters.sums.length;
  const n = turns.length;
  if (count < 2 || n <= count) return null;
  const groups = new Map<string, { n: number; sum: number }>();
  let squares = 0;
  for (const { cluster, value } of turns) {
    const group = groups.get(cluster) ?? { n: 0, sum: 0 };
    groups.set(cluster, { n: group.n + 1, sum: group.sum + value });
    squares += value * value;
  }
  let explained = 0;
  let total = 0;
  let sizes = 0;
  for (const group of groups.values()) {
    explained += group.sum ** 2 / group.n;
    total += group.sum;
    sizes += group.n ** 2;
  }
  const within = (squares - explained) / (n - count);
  const meanSquare = (explained - total ** 2 / n) / (count - 1);
  const size = (n - sizes / n) / (count - 1);
  return {
    between: Math.max(0, (meanSquare - within) / size),
    within,
    turnsPerCluster: n / count,
    evenness: effectiveClusters(clusters) / count,
  };
}

export type PowerRules = {
  /** Points, challenger - king. */
  readonly edge: number;
  readonly win_margin: number;
  readonly gate_alpha: number;
};

/** Chance in 0..1 that the gate accepts with so many clusters. */
export function powerOf(clusters: number, spread: Spread, rules: PowerRules): number {
  const { between, within, turnsPerCluster, evenness } = spread;
  const error = Math.sqrt(between / (clusters * evenness) + within / (clusters * turnsPerCluster));
  const needed = Math.max(normalUpper(rules.gate_alpha) * error, rules.win_margin / 200);
  return error === 0 ? 1 : 1 - normalTail((rules.edge / 200 - needed) / error);
}

/** The fewest clusters with at least this power; null where no number has it. */
export function clustersFor(power: number, spread: Spread, rules: PowerRules): number | null {
  let high = 5;
  while (powerOf(high, spread, rules) < power) {
    high *= 2;
    if (high > MOST_CLUSTERS) return null;
  }
  let low = 5;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (powerOf(middle, spread, rules) < power) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ---------------------------------------------------------------------------------------------

const MOST_CLUSTERS = 2 ** 24;
