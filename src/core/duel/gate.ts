/**
 * Whether the challenger is accepted as a whole: by enough points, reliably, on enough turns. The bound
 * is taken over clusters of turns, since turns of one repository are not independent, and is the
 * smaller of two that fail in different worlds: half-samples and the studentized bootstrap.
 */
import type { Rng } from "../random.ts";
import { bootstrapT, lowerQuantile, upperT } from "./bootstrap.ts";
import {
  clustersOf,
  effectiveClusters,
  meanOf,
  skewnessOf,
  standardErrorOf,
  type Valued,
} from "./clusters.ts";
import { halfSampleMeans, lowerBound } from "./half-sample.ts";
import { studentUpper } from "./student.ts";

export type GateRules = {
  /** Points by which the challenger has to lead: challenger score - king score, each 0..100. */
  readonly win_margin: number;
  /** One-sided: what all looks together may spend. */
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
  /** The bound that decides: the smaller of the two below. null where there is none. */
  readonly lcb: number | null;
  readonly lcb_half_sample: number | null;
  readonly lcb_bootstrap_t: number | null;
  /** Shown and simulated, never decide: the percentile bound, Student's, and Student's over turns. */
  readonly lcb_bootstrap: number | null;
  readonly lcb_t: number | null;
  readonly lcb_plain: number | null;
  readonly n_clusters: number;
  readonly n_effective_clusters: number;
  /** Of S_c - mean n_c over clusters. */
  readonly skewness: number | null;
  /** The means of the resamples over clusters, ascending. */
  readonly resampled: Float64Array;
};

/** Fewer clusters cannot be accepted: nothing says how far others would differ. */
export const MIN_CLUSTERS = 5;

/**
 * The lower bounds at a one-sided level. Values are counted in 1e-6, so that order does not matter.
 * Where no cluster differs from the mean there is no bound: a width of zero is not reliable.
 */
export function boundsOf(
  turns: readonly GateTurn[],
  rules: Pick<GateRules, "bootstrap_resamples" | "rng">,
  alpha: number,
): Bounds {
  const values = valuesOf(turns);
  const clusters = clustersOf(values);
  const n_clusters = clusters.sums.length;
  const standard = standardErrorOf(clusters);
  const mean = n_clusters === 0 ? null : meanOf(clusters) / SCALE;
  const about = {
    mean,
    n_clusters,
    n_effective_clusters: effectiveClusters(clusters),
    skewness: skewnessOf(clusters),
  };
  if (mean === null || standard === null || standard < 1e-9) {
    return { ...about, ...NO_BOUNDS, standard_error: standard === null ? null : 0 };
  }
  const { bootstrap_resamples: resamples, rng } = rules;
  const { means, ts } = bootstrapT(clusters, resamples, rng("bootstrap/clusters"));
  const half = halfSampleMeans(clusters, resamples, rng("half-sample/clusters"));
  const error = standard / SCALE;
  const lcb_half_sample = finite(lowerBound(half, alpha) / SCALE);
  const lcb_bootstrap_t = finite(mean - upperT(ts, alpha) * error);
  const resampled = means.map((one) => one / SCALE);
  return {
    ...about,
    standard_error: error,
    lcb:
      lcb_half_sample === null || lcb_bootstrap_t === null
        ? null
        : Math.min(lcb_half_sample, lcb_bootstrap_t),
    lcb_half_sample,
    lcb_bootstrap_t,
    lcb_bootstrap: lowerQuantile(resampled, alpha),
    lcb_t: mean - studentUpper(alpha, n_clusters - 1) * error,
    lcb_plain: plainBound(values, alpha),
    resampled,
  };
}

/** Scores as the gate counts them: whole numbers of 1e-6 of a score's share above 0.5. */
export function valuesOf(turns: readonly GateTurn[]): Valued[] {
  return turns.map(({ cluster, score }) => ({
    cluster,
    value: Math.round((score - 50) * 10_000),
  }));
}

export type GateInput = {
  /** 0..100; null when no turn parsed. */
  readonly challengerScore: number | null;
  readonly bounds: Bounds;
  /** The level that the bound was taken at. */
  readonly alpha: number;
  readonly n_turns: number;
  readonly n_parsed: number;
  /** What clusters are, for the words of a refusal. */
  readonly cluster_by: string;
};

/** Why the challenger is not accepted, one sentence each; [] when it is. */
export function gateReasons(input: GateInput, rules: GateRules): string[] {
  const { challengerScore, n_turns, n_parsed } = input;
  if (challengerScore === null) return ["no turn was scored"];
  const margin = marginOf(challengerScore);
  return [
    ...(margin < rules.win_margin
      ? [`the margin ${margin} is below win_margin ${rules.win_margin}`]
      : []),
    ...boundReasons(input),
    ...(n_turns > 0 && n_parsed / n_turns < rules.min_valid_turn_frac
      ? [
          `${n_parsed} of ${n_turns} turns parsed, under min_valid_turn_frac ${rules.min_valid_turn_frac}`,
        ]
      : []),
  ];
}

/** Challenger's minus king's score in points, 4 decimals. */
export function marginOf(challengerScore: number): number {
  return Math.round((2 * challengerScore - 100) * 10_000) / 10_000;
}

// ---------------------------------------------------------------------------------------------

/** (score - 50) x 10^4 is 10^6 times (score/100 - 0.5). */
const SCALE = 1_000_000;

const NO_BOUNDS = {
  lcb: null,
  lcb_half_sample: null,
  lcb_bootstrap_t: null,
  lcb_bootstrap: null,
  lcb_t: null,
  lcb_plain: null,
  resampled: new Float64Array(0),
} as const;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function boundReasons({ bounds, alpha, cluster_by }: GateInput): string[] {
  const { n_clusters, lcb } = bounds;
  const unit = UNITS[cluster_by] ?? UNITS["instance_id"] ?? "instance";
  if (n_clusters === 1 && cluster_by === "repo") {
    return [
      `all turns are of one repository, and nothing says how far others would differ; where they are your own runs, [duel] cluster_by = "run" asks whether it holds for this repository alone`,
    ];
  }
  if (n_clusters < MIN_CLUSTERS) {
    return [
      `${n_clusters} ${n_clusters === 1 ? "cluster" : "clusters"} (${unit}) say too little of how far others would differ; at least ${MIN_CLUSTERS} are needed`,
    ];
  }
  if (bounds.standard_error === 0) {
    return ["all clusters have the same mean score: a bound of no width is not reliable"];
  }
  return lcb === null || lcb <= 0
    ? [`the lower bound ${shown(lcb)} at alpha ${Number(alpha.toPrecision(3))} is not above 0`]
    : [];
}

const UNITS: Readonly<Record<string, string>> = {
  repo: "repositories",
  instance_id: "instances",
  run: "runs",
};

/** Student's bound as if turns were independent. */
function plainBound(values: readonly Valued[], alpha: number): number {
  const n = values.length;
  const sorted = Float64Array.from(values, ({ value }) => value).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return (mean - studentUpper(alpha, n - 1) * Math.sqrt(squares / (n - 1) / n)) / SCALE;
}

const shown = (value: number | null): string => (value === null ? "-" : value.toFixed(4));
