/**
 * A turn's score from its verdicts. Votes are counted as integers and divided once, so that a score
 * that stands exactly on a limit of chain.toml is exactly there.
 */
import { METRICS, type Metric, type MetricValues } from "../../records/score.ts";
import type { Order } from "../../work.ts";

/** A judge that gave every order asked of it: one verdict an order, in the challenger's view. */
export type Ballot = {
  readonly model: string;
  /** One or two; never empty. */
  readonly verdicts: readonly MetricValues[];
  /** The order of each verdict. */
  readonly orders: readonly Order[];
};

/** Metric votes of all ballots, challenger's view. */
export type VoteCounts = { readonly win: number; readonly draw: number; readonly loss: number };

export type TurnScore = {
  /** 0..100, 4 decimals: mean over judges of the mean over orders of the mean over metrics. */
  readonly score: number;
  /** 0..100 each, 4 decimals. */
  readonly metrics: MetricValues;
  readonly votes: VoteCounts;
};

/** null for no ballots. */
export function turnScore(ballots: readonly Ballot[]): TurnScore | null {
  if (ballots.length === 0) return null;
  const ofMetric = (metric: Metric): number =>
    ballots.reduce((sum, ballot) => sum + quarters(ballot, metric), 0);
  const percent = (metric: Metric): number => round4((25 * ofMetric(metric)) / ballots.length);
  const total = METRICS.reduce((sum, metric) => sum + ofMetric(metric), 0);
  return {
    score: round4((25 * total) / (ballots.length * METRICS.length)),
    metrics: metricValues(percent),
    votes: countVotes(ballots),
  };
}

/** wins / (wins + losses) x 100, 4 decimals; null under `minDecisive` votes that are no draws. */
export function decisiveScore(votes: VoteCounts, minDecisive: number): number | null {
  const decisive = votes.win + votes.loss;
  return decisive === 0 || decisive < minDecisive ? null : round4((100 * votes.win) / decisive);
}

export function countVotes(ballots: readonly Ballot[]): VoteCounts {
  const counts = { win: 0, draw: 0, loss: 0 };
  for (const { verdicts } of ballots) {
    for (const verdict of verdicts) {
      for (const metric of METRICS) counts[voteName(verdict[metric])]++;
    }
  }
  return counts;
}

/** Shares of all votes, 4 decimals; null for no votes. */
export function sharesOf(votes: VoteCounts): VoteCounts | null {
  const all = votes.win + votes.draw + votes.loss;
  return all === 0
    ? null
    : {
        win: round4(votes.win / all),
        draw: round4(votes.draw / all),
        loss: round4(votes.loss / all),
      };
}

/** A record of the five metrics. */
export function metricValues(of: (metric: Metric) => number): MetricValues {
  return {
    correctness: of("correctness"),
    grounding: of("grounding"),
    progress: of("progress"),
    protocol: of("protocol"),
    efficiency: of("efficiency"),
  };
}

export function round4(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

export function voteName(value: number): keyof VoteCounts {
  return value === 1 ? "win" : value === 0 ? "loss" : "draw";
}

// ---------------------------------------------------------------------------------------------

/** A judge's votes on a metric in quarters (0..4), whether it was asked in one order or in two. */
function quarters(ballot: Ballot, metric: Metric): number {
  const halves = ballot.verdicts.reduce((sum, verdict) => sum + verdict[metric] * 2, 0);
  return (halves * 2) / ballot.verdicts.length;
}
