/**
 * People's margin as the panel lets one estimate it (PPI++, Angelopoulos et al.): people's verdicts h on
 * n turns drawn with known probability, the panel's scores s on all N.
 *
 *   m = l mean_U(s) + mean_L(h - l s),  l = cov(h, s) / (var(s) (1 + n/N)), cut to 0..1
 *   var = var_L(h - l s) / n over clusters, every rest times sqrt(1 - probability)
 *
 * Every mean over the drawn turns weighs 1 / probability, in l too. What is estimated is the margin over
 * these N turns: the panel's mean of them is known, and so is what people say of a stratum whose turns are
 * all reviewed, hence the correction for a finite population (and no term l^2 var_U(s) / N).
 */
import { studentUpper } from "../duel/student.ts";

export type Judged = { readonly cluster: string; readonly score: number };
export type Reviewed = Judged & {
  /** 100 challenger, 50 draw, 0 king. */
  readonly person: number;
  /** Of being drawn, in (0, 1]. */
  readonly probability: number;
};

export type PeopleEstimate = {
  /** Challenger's minus king's score in points, as people would give it; 95 %. */
  readonly margin: number;
  readonly interval: readonly [number, number];
  /** The panel's margin minus people's, 95 %. */
  readonly bias: number;
  readonly bias_interval: readonly [number, number];
  /** How much of the panel's scores the estimate takes, 0..1. */
  readonly lambda: number;
  readonly n: number;
};

/** null under five clusters of reviewed turns. */
export function peopleMargin(
  all: readonly Judged[],
  reviewed: readonly Reviewed[],
): PeopleEstimate | null {
  const clusters = new Set(reviewed.map(({ cluster }) => cluster)).size;
  if (clusters < 5 || all.length === 0) return null;
  const weighted = reviewed.map((one) => ({ ...one, weight: 1 / one.probability }));
  const lambda = lambdaOf(weighted, reviewed.length / all.length);
  const panel = all.reduce((sum, { score }) => sum + score, 0) / all.length;
  const meanBy = (of: (one: Reviewed) => number): Mean =>
    meanOf(weighted.map((one) => ({ ...one, value: of(one) })));
  const rest = meanBy(({ person, score }) => person - lambda * score);
  const off = meanBy(({ person, score }) => score - person);
  const t = studentUpper(0.025, clusters - 1);
  const margin = 2 * (lambda * panel + rest.mean) - 100;
  const reach = 2 * t * Math.sqrt(rest.variance);
  const bias = 2 * off.mean;
  const biasReach = 2 * t * Math.sqrt(off.variance);
  return {
    margin,
    interval: [Math.max(-100, margin - reach), Math.min(100, margin + reach)],
    bias,
    bias_interval: [bias - biasReach, bias + biasReach],
    lambda,
    n: reviewed.length,
  };
}

/** Reviews that are still missing for a half-width of so many points. */
export function missingReviews(estimate: PeopleEstimate, halfWidth: number): number {
  const own = (estimate.interval[1] - estimate.interval[0]) / 2;
  return Math.max(0, Math.ceil(estimate.n * (own / halfWidth) ** 2) - estimate.n);
}

// ---------------------------------------------------------------------------------------------

type Weighted = {
  readonly cluster: string;
  readonly value: number;
  readonly weight: number;
  readonly probability: number;
};
type Mean = { readonly mean: number; readonly variance: number };

/**
 * A weighted mean and its variance over clusters, C/(C-1) sum (sum w sqrt(1 - p) (x - m_p))^2 / (sum w)^2,
 * about the means m_p of the n_p turns that were drawn with the same probability, times n_p/(n_p-1).
 */
function meanOf(values: readonly Weighted[]): Mean {
  const strata = new Map<number, { sum: number; n: number }>();
  for (const { probability, value } of values) {
    const stratum = strata.get(probability) ?? { sum: 0, n: 0 };
    strata.set(probability, { sum: stratum.sum + value, n: stratum.n + 1 });
  }
  const all = values.reduce((sum, { weight }) => sum + weight, 0);
  const mean = values.reduce((sum, { weight, value }) => sum + weight * value, 0) / all;
  const rests = new Map<string, number>();
  for (const { cluster, value, weight, probability } of values) {
    const { sum, n } = strata.get(probability) ?? { sum: value, n: 1 };
    // Of a stratum with a single review nothing is known but the mean of all.
    const off = n === 1 ? value - mean : (value - sum / n) * Math.sqrt(n / (n - 1));
    const rest = weight * Math.sqrt(1 - probability) * off;
    rests.set(cluster, (rests.get(cluster) ?? 0) + rest);
  }
  const squares = [...rests.values()].reduce((sum, rest) => sum + rest * rest, 0);
  const count = rests.size;
  return { mean, variance: count < 2 ? 0 : ((count / (count - 1)) * squares) / (all * all) };
}

function lambdaOf(
  reviewed: readonly (Reviewed & { readonly weight: number })[],
  share: number,
): number {
  const all = reviewed.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (one: Reviewed) => number): number =>
    reviewed.reduce((sum, one) => sum + one.weight * of(one), 0) / all;
  const [h, s] = [mean(({ person }) => person), mean(({ score }) => score)];
  const covariance = mean(({ person, score }) => (person - h) * (score - s));
  const variance = mean(({ score }) => (score - s) ** 2);
  return variance === 0 ? 0 : Math.min(1, Math.max(0, covariance / (variance * (1 + share))));
}
