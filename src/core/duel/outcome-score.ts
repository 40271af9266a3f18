/**
 * [judge] with = "outcome": a turn's score from what became of both answers in the gym. Pass rates are known to a few
 * rollouts each; that chance is part of how far turns of a cluster differ, and so of the gate's bound.
 */
import { playedIn, type OutcomeFile } from "../../records/outcome.ts";
import type { Score } from "../../records/score.ts";
import { metricValues, round4 } from "./turn-score.ts";

/**
 * The score file with the outcomes' score instead of the panel's: 50 + 50 x (challenger's pass rate - opponent's). What
 * judges said stays in it. Without outcomes of both the turn is pending; a turn that was lost stays lost.
 */
export function withOutcomeScore(score: Score, outcome: OutcomeFile | null): Score {
  if (score.disqualified !== null) return { ...score, pending: 0 };
  const played = new Map(
    (outcome === null ? [] : playedIn(outcome)).map((one) => [one.answer, one]),
  );
  const challenger = played.get("challenger");
  const opponent = played.get(score.mode === 1 ? "reference" : "king");
  if (challenger === undefined || opponent === undefined) return { ...score, ...NOT_PLAYED };
  if (challenger.k === 0 || opponent.k === 0) return { ...score, ...NOT_PLAYED };
  const rates = [challenger.passes / challenger.k, opponent.passes / opponent.k] as const;
  const value = round4(50 + 50 * (rates[0] - rates[1]));
  return {
    ...score,
    score: value,
    // One measure is all there is: every metric has its value.
    metrics: metricValues(() => value),
    parsed: true,
    pending: 0,
    votes: null,
    decisive_score: value,
    outcome: {
      challenger: rates[0],
      opponent: rates[1],
      k: [challenger.k, opponent.k],
    },
  };
}

// ---------------------------------------------------------------------------------------------

const NOT_PLAYED = {
  score: null,
  metrics: null,
  parsed: false,
  pending: 1,
  votes: null,
  decisive_score: null,
} as const;
