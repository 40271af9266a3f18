/**
 * The bound without a plan: a bet against "no better" that may be looked at whenever one likes
 * (Waudby-Smith and Ramdas, betting). A cluster is staked when it is finished, in order of arrival:
 *
 *   K = mean over a grid of l of prod (1 + l S_c),  0 <= l < 2 / n_max
 *
 * Without a true lead K passes 1 / alpha with chance alpha at most, at every look together.
 */
import type { Valued } from "./clusters.ts";

const GRID = [0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9];

export type Bet =
  | { readonly ok: true; readonly value: number; readonly clusters: number }
  /** Clusters are mixed: what came of one says something of the next of its kind. */
  | { readonly ok: false; readonly mixed: string };

/**
 * @param turns in the order of the draw; values in [-0.5, 0.5]
 * @param largest turns that a cluster can have, known before any was scored; at least 1
 * @param isLastFinished whether the last cluster of the list is whole
 */
export function betOn(turns: readonly Valued[], largest: number, isLastFinished: boolean): Bet {
  const seen = new Set<string>();
  const sums: number[] = [];
  let current: string | null = null;
  for (const { cluster, value } of turns) {
    if (cluster === current) {
      sums.push((sums.pop() ?? 0) + value);
      continue;
    }
    if (seen.has(cluster)) return { ok: false, mixed: cluster };
    seen.add(cluster);
    current = cluster;
    sums.push(value);
  }
  const finished = isLastFinished ? sums : sums.slice(0, -1);
  const sizes = new Map<string, number>();
  for (const { cluster } of turns) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const most = Math.max(1, largest, ...sizes.values());
  const stakes = GRID.map((share) => (share * 2) / most);
  const wealth = stakes.map((stake) => finished.reduce((all, sum) => all * (1 + stake * sum), 1));
  return {
    ok: true,
    value: wealth.reduce((sum, one) => sum + one, 0) / wealth.length,
    clusters: finished.length,
  };
}
