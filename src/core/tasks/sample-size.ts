/** How many tasks, and rollouts of each answer, an interval of a difference in pass rate wants. */
import { clustersOf, standardErrorOf } from "../duel/clusters.ts";
import type { TruthTurn } from "./truth-turn.ts";

export type SampleSizes = {
  /** Half of the 95 % interval of the mean difference in pass rate, as measured. */
  readonly halfWidth: number;
  /** Of the variance of a turn's difference: what its few rollouts make, 0..1. */
  readonly chanceShare: number;
  /** For an interval of the width wanted: turns at so many rollouts of each answer. */
  readonly turns: readonly { readonly k: number; readonly turns: number }[];
};

/** Half of the interval that is wanted, as a share. */
export const WANTED = 0.05;

/**
 * A difference d = p_c - p_k of a turn varies by its turn (b) and by chance (w = p (1 - p) / k of either answer, with
 * k - 1 for k since p is estimated): b + w(k) = s^2. n turns give 1.96 sqrt(deff (b + w(k)) / n); deff is what clusters cost
 * here: squared standard error over clusters, over s^2 / n. null under two clusters, or where nothing varies.
 */
export function sizesFor(turns: readonly TruthTurn[]): SampleSizes | null {
  const n = turns.length;
  const error = standardErrorOf(
    clustersOf(turns.map(({ cluster, difference }) => ({ cluster, value: difference }))),
  );
  if (error === null || n < 2) return null;
  const mean = turns.reduce((sum, { difference }) => sum + difference, 0) / n;
  const all = turns.reduce((sum, { difference }) => sum + (difference - mean) ** 2, 0) / (n - 1);
  if (all === 0) return null;
  const chance = (k: number): number =>
    turns.reduce(
      (sum, { challenger, opponent }) => sum + within(challenger) + within(opponent),
      0,
    ) /
    n /
    k;
  const ownK = n / turns.reduce((sum, { challenger }) => sum + 1 / challenger.k, 0);
  const between = Math.max(0, all - chance(ownK));
  const deff = Math.max(1, error ** 2 / (all / n));
  return {
    halfWidth: Z * error,
    chanceShare: Math.min(1, chance(ownK) / all),
    turns: KS.map((k) => ({
      k,
      turns: Math.ceil((Z / WANTED) ** 2 * deff * (between + chance(k))),
    })),
  };
}

// ---------------------------------------------------------------------------------------------

const Z = 1.96;
const KS = [1, 4, 16];

/** p (1 - p), unbiased; 0.25 where a single rollout says nothing of it. */
function within({ k, passes }: { readonly k: number; readonly passes: number }): number {
  const rate = passes / k;
  return k < 2 ? 0.25 : (rate * (1 - rate) * k) / (k - 1);
}
