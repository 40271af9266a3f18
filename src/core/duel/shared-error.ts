/**
 * How much of what judges agree on is an error that they have in common. Verdicts of the panel alone cannot
 * tell it from the truth, so a promise about the truth needs an estimate from elsewhere.
 *
 * People: among turns of the drawn queue to which people gave the same verdict, what judges still agree on,
 *   shared = cov(s_j - mean of s at h, s_k - mean of s at h), every turn weighed by 1 / probability.
 *   Where turns of one verdict truly differ, that counts as shared error too: the estimate is cautious.
 * The panel alone: k judges are worth k / (1 + (k - 1) rho), rho the correlation of their turn scores, and
 *   that share of what they agree on is taken for error, shared = rho x between: the less they differ, the
 *   less their agreement says. An assumption; `npm run simulate` shows where it is cautious and where not.
 */
import type { Ballot } from "./turn-score.ts";
import { fairScore, type VoteModel } from "./vote-model.ts";

export type SharedError = {
  /** Points squared, at most `between` of the vote model. */
  readonly variance: number;
  /** Where it is from: people's verdicts on turns of the queue, or the effective number of judges. */
  readonly from: "people" | "judges";
  /** Turns with a person's verdict that went in. */
  readonly n_reviews: number;
};

/** A turn of the queue with a person's verdict (100, 50, 0) and its probability of being drawn. */
export type Calibrated = {
  readonly ballots: readonly Ballot[];
  readonly person: number;
  readonly probability: number;
};

/** Fewer people's verdicts say too little. */
export const MIN_REVIEWS = 50;

/** `reviewed`: turns with fewer than two ballots are left out. */
export function sharedErrorOf(model: VoteModel, reviewed: readonly Calibrated[]): SharedError {
  const told = reviewed.filter(({ ballots }) => ballots.length >= 2);
  const found = told.length < MIN_REVIEWS ? null : agreedBeside(model, told);
  if (found !== null) {
    const variance = Math.min(model.between, Math.max(0, found));
    return { variance, from: "people", n_reviews: told.length };
  }
  const { between, within } = model;
  const rho = between / (between + within);
  return { variance: rho * between, from: "judges", n_reviews: 0 };
}

// ---------------------------------------------------------------------------------------------

/** Covariance of two judges' scores beside what people's verdicts explain. */
function agreedBeside(model: VoteModel, told: readonly Calibrated[]): number | null {
  const scored = told.map(({ ballots, person, probability }) => ({
    person,
    weight: 1 / probability,
    scores: ballots.map((ballot) => fairScore(ballot, model)),
  }));
  const means = new Map<number, { sum: number; weight: number }>();
  for (const { person, weight, scores } of scored) {
    const group = means.get(person) ?? { sum: 0, weight: 0 };
    for (const score of scores) {
      group.sum += weight * score;
      group.weight += weight;
    }
    means.set(person, group);
  }
  let [products, pairs] = [0, 0];
  for (const { person, weight, scores } of scored) {
    const { sum, weight: all } = means.get(person) ?? { sum: 0, weight: 1 };
    const rests = scores.map((score) => score - sum / all);
    const total = rests.reduce((one, rest) => one + rest, 0);
    const own = rests.reduce((one, rest) => one + rest * rest, 0);
    products += weight * (total * total - own);
    pairs += weight * scores.length * (scores.length - 1);
  }
  return pairs === 0 ? null : products / pairs;
}
