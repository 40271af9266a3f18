/**
 * Whether the challenger is accepted as a whole: by enough points, reliably, on enough turns.
 * The bound is taken over clusters of turns, since turns of one instance are not independent.
 */
import type { Rng } from "../random.ts";
import { bootstrapMeans, clustersOf, lowerQuantile, type Clusters } from "./bootstrap.ts";
import { studentUpper } from "./student.ts";

export type GateRules = {
  /** Points by which the challenger has to lead: challenger score - king score, each 0..100. */
  readonly win_margin: number;
  /** One-sided. */
  readonly gate_alpha: number;
  readonly bootstrap_resamples: number;
  readonly min_valid_turn_frac: number;
  readonly rng: (purpose: string) => Rng;
};

/** A turn that counts: its score 0..100 in the challenger's view, and the cluster it belongs to. */
export type GateTurn = { readonly cluster: string; readonly score: number };

export type Bounds = {
  /** Mean of score/100 - 0.5, in [-0.5, 0.5]; null without turns. So are the bounds. */
  readonly mean: number | null;
  /** Standard error of the mean over clusters; null under two clusters. */
  readonly standard_error: number | null;
  /** The bound that decides. null under two clusters. */
  readonly lcb: number | null;
  readonly lcb_bootstrap: number | null;
  /** Student's bound with C - 1 degrees of freedom; it decides with the other one under 50 clusters. */
  readonly lcb_t: number | null;
  /** The percentile bound as if turns were independent. Shown, never decides. */
  readonly lcb_plain: number | null;
  readonly n_clusters: number;
  /** The means of the resamples over clusters, ascending. */
  readonly resampled: Float64Array;
};

/** Percentile bounds are too narrow below so many clusters. */
export const FEW_CLUSTERS = 50;

/** The lower bounds at `gate_alpha`. Values are counted in 1e-6, so that order does not matter. */
export function boundsOf(turns: readonly GateTurn[], rules: GateRules): Bounds {
  const values = turns.map(({ cluster, score }) => ({
    cluster,
    value: Math.round((score - 50) * 10_000),
  }));
  const clusters = clustersOf(values);
  const n_clusters = clusters.sums.length;
  const standard = standardError(clusters);
  const resampled = bootstrapMeans(
    clusters,
    rules.bootstrap_resamples,
    rules.rng("bootstrap/clusters"),
  ).map((mean) => mean / SCALE);
  if (standard === null) {
    const mean = n_clusters === 0 ? null : meanOf(clusters) / SCALE;
    const none = { standard_error: null, lcb: null, lcb_bootstrap: null, lcb_t: null };
    return { mean, ...none, lcb_plain: plainBound(values, rules), n_clusters, resampled };
  }
  const lcb_bootstrap = lowerQuantile(resampled, rules.gate_alpha);
  const mean = meanOf(clusters) / SCALE;
  const lcb_t = mean - studentUpper(rules.gate_alpha, n_clusters - 1) * (standard / SCALE);
  return {
    mean,
    standard_error: standard / SCALE,
    lcb: n_clusters < FEW_CLUSTERS ? Math.min(lcb_bootstrap, lcb_t) : lcb_bootstrap,
    lcb_bootstrap,
    lcb_t,
    lcb_plain: plainBound(values, rules),
    n_clusters,
    resampled,
  };
}

export type GateInput = {
  /** 0..100; null when no turn parsed. */
  readonly challengerScore: number | null;
  readonly bounds: Bounds;
  readonly n_turns: number;
  readonly n_parsed: number;
};

/** Why the challenger is not accepted, one sentence each; [] when it is. */
export function gateReasons(input: GateInput, rules: GateRules): string[] {
  const { challengerScore, bounds, n_turns, n_parsed } = input;
  if (challengerScore === null) return ["no turn was scored"];
  const reasons: string[] = [];
  const margin = marginOf(challengerScore);
  if (margin < rules.win_margin) {
    reasons.push(`the margin ${margin} is below win_margin ${rules.win_margin}`);
  }
  if (bounds.n_clusters < 2) {
    reasons.push("all turns are of one cluster: nothing says how far others would differ");
  } else if (bounds.lcb === null || bounds.lcb <= 0) {
    reasons.push(
      `the lower bound ${shown(bounds.lcb)} at alpha ${rules.gate_alpha} is not above 0`,
    );
  }
  if (n_turns > 0 && n_parsed / n_turns < rules.min_valid_turn_frac) {
    reasons.push(
      `${n_parsed} of ${n_turns} turns parsed, under min_valid_turn_frac ${rules.min_valid_turn_frac}`,
    );
  }
  return reasons;
}

/** Challenger's minus king's score in points, 4 decimals. */
export function marginOf(challengerScore: number): number {
  return Math.round((2 * challengerScore - 100) * 10_000) / 10_000;
}

// ---------------------------------------------------------------------------------------------

/** (score - 50) x 10^4 is 10^6 times (score/100 - 0.5). */
const SCALE = 1_000_000;

function plainBound(
  values: readonly { readonly value: number }[],
  rules: GateRules,
): number | null {
  if (values.length === 0) return null;
  const single: Clusters = {
    sums: Float64Array.from(values, ({ value }) => value).sort(),
    sizes: new Float64Array(values.length).fill(1),
  };
  const means = bootstrapMeans(single, rules.bootstrap_resamples, rules.rng("bootstrap/plain"));
  return lowerQuantile(means, rules.gate_alpha) / SCALE;
}

function meanOf({ sums, sizes }: Clusters): number {
  return total(sums) / total(sizes);
}

/**
 * Cluster-robust standard error of a mean (Miller 2024, arXiv:2411.00640, with C/(C-1) for few
 * clusters): sqrt(C/(C-1) x sum (S_c - mean n_c)^2) / sum n_c. null under two clusters.
 */
function standardError(clusters: Clusters): number | null {
  const { sums, sizes } = clusters;
  const count = sums.length;
  if (count < 2) return null;
  const mean = meanOf(clusters);
  const squares = sums.reduce((sum, s, at) => sum + (s - mean * (sizes[at] ?? 0)) ** 2, 0);
  return Math.sqrt((count / (count - 1)) * squares) / total(sizes);
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

const shown = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
