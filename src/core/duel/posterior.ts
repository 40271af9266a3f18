/**
 * What the verdicts on one turn leave open: the normal posterior of its score, and the chance of each
 * bucket. Of k judges' fair scores s with mean S, under a vote model:
 *
 *   mean = m + (S - m) between / (between + within / k),  variance = between (1 - that share)
 */
import { normalTail } from "./normal.ts";
import type { Ballot } from "./turn-score.ts";
import { fairScore, type VoteModel } from "./vote-model.ts";

export type Posterior = {
  /** 0..100 and points squared. */
  readonly mean: number;
  readonly variance: number;
};

/** `shared`: the part of `between` that is an error which the judges have in common. @default 0 */
export function posteriorOf(ballots: readonly Ballot[], model: VoteModel, shared = 0): Posterior {
  const { mean, between, within } = model;
  const seen = between + within / ballots.length;
  const truth = Math.max(0, between - shared);
  if (ballots.length === 0 || seen === 0) return { mean, variance: truth };
  const score = ballots.reduce((sum, one) => sum + fairScore(one, model), 0) / ballots.length;
  const share = truth / seen;
  return {
    mean: Math.min(100, Math.max(0, mean + share * (score - mean))),
    variance: truth * (1 - share),
  };
}

/** Chance that the score is above `limit`, in 0..1. */
export function chanceAbove({ mean, variance }: Posterior, limit: number): number {
  return variance <= 0 ? (mean > limit ? 1 : 0) : normalTail((limit - mean) / Math.sqrt(variance));
}

/** Whether one bucket is as likely as `certainty`, so that no further judge is asked. */
export function isSettled(
  ballots: readonly Ballot[],
  limits: readonly number[],
  { certainty, votes }: { readonly certainty: number; readonly votes: VoteModel },
): boolean {
  return surest(posteriorOf(ballots, votes), limits) >= certainty;
}

/** Chance of the likeliest bucket between ascending limits. */
export function surest(posterior: Posterior, limits: readonly number[]): number {
  const above = [1, ...limits.map((limit) => chanceAbove(posterior, limit)), 0];
  return above.slice(1).reduce((most, chance, at) => Math.max(most, (above[at] ?? 1) - chance), 0);
}
