/** What the judges said about one turn, read from its score file: the replies that count. */
import { METRICS, type Judgement, type MetricValues, type Score } from "../../records/score.ts";
import { metricValues } from "../duel/turn-score.ts";
import { isOfPair } from "../duel/verdicts.ts";

export type JudgeView = {
  readonly model: string;
  /** One reply an order that could be read, king_first before challenger_first. */
  readonly replies: readonly (Judgement & { readonly metrics: MetricValues })[];
  /** 0..100, challenger's view: mean over orders of the mean over metrics. */
  readonly score: number;
  /** 0..100 each: mean over orders. */
  readonly metrics: MetricValues;
  /** Metric votes that changed when the order was swapped; 0 when only one order was given. */
  readonly flips: number;
  /** Pairs of metric votes, one in each order: 5, or 0 when only one order was given. */
  readonly swaps: number;
};

/** Replies about the present pair that were not set aside, unread ones included. */
export function countingReplies(score: Score): readonly Judgement[] {
  return score.judges.filter(
    (reply) =>
      reply.superseded !== true && (score.pair_hash === undefined || isOfPair(reply, score)),
  );
}

/** Judges with at least one readable verdict, in the order of their first reply. */
export function judgeViews(score: Score): readonly JudgeView[] {
  const byJudge = new Map<string, Map<string, Judgement & { metrics: MetricValues }>>();
  for (const reply of countingReplies(score)) {
    const { metrics } = reply;
    if (metrics === null) continue;
    const orders = byJudge.get(reply.model) ?? new Map();
    orders.set(reply.order, { ...reply, metrics });
    byJudge.set(reply.model, orders);
  }
  return [...byJudge].map(([model, orders]) => {
    const replies = [orders.get("king_first"), orders.get("challenger_first")].flatMap(
      (reply) => reply ?? [],
    );
    const [one, other] = replies;
    const metrics = meanMetrics(replies.map((reply) => reply.metrics));
    return {
      model,
      replies,
      score: METRICS.reduce((sum, metric) => sum + metrics[metric], 0) / METRICS.length,
      metrics,
      flips:
        one === undefined || other === undefined
          ? 0
          : METRICS.filter((metric) => one.metrics[metric] !== other.metrics[metric]).length,
      swaps: other === undefined ? 0 : METRICS.length,
    };
  });
}

// ---------------------------------------------------------------------------------------------

function meanMetrics(verdicts: readonly MetricValues[]): MetricValues {
  return metricValues(
    (metric) =>
      (100 * verdicts.reduce((sum, verdict) => sum + verdict[metric], 0)) / verdicts.length,
  );
}
