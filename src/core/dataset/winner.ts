/** Who won a turn, where score, both orders and bucket agree. */
import type { Bucket } from "../../records/exported.ts";
import type { Review } from "../../records/review.ts";
import type { Score } from "../../records/score.ts";
import { isCurrent } from "../report/person.ts";
import type { RunLabel } from "../../records/prompt.ts";
import { judgeViews } from "../report/verdicts.ts";

export type Winner =
  | { readonly ok: true; readonly winner: "challenger" | "opponent" }
  | { readonly ok: false; readonly reason: "person_draw" | "not_judged" | "orders_disagree" };

type WinnerInput = {
  readonly bucket: Bucket;
  readonly score: Score | null;
  readonly review: Review | null;
};

/** A person's verdict overrules; otherwise score, both orders and the bucket have to say the same. */
export function winnerOf({ bucket, score, review }: WinnerInput): Winner {
  if (review !== null && review.verdict !== null && isCurrent(review, score)) {
    if (review.verdict === 0) return { ok: false, reason: "person_draw" };
    return { ok: true, winner: review.verdict === 2 ? "challenger" : "opponent" };
  }
  if (score === null || score.disqualified !== null || score.score === null) {
    return { ok: false, reason: "not_judged" };
  }
  // Of outcomes there are no orders.
  const orders =
    score.outcome === undefined
      ? orderMeans(score)
      : { kingFirst: score.score, challengerFirst: score.score };
  if (orders === null) return { ok: false, reason: "not_judged" };
  const values = [score.score, orders.kingFirst, orders.challengerFirst];
  if (bucket !== "defeat" && values.every((value) => value > 50)) {
    return { ok: true, winner: "challenger" };
  }
  if (bucket === "defeat" && values.every((value) => value < 50)) {
    return { ok: true, winner: "opponent" };
  }
  return { ok: false, reason: "orders_disagree" };
}

/** The label of a turn by its duel: won, lost, or nobody knows (a draw, no verdicts, orders that disagree). */
export function duelLabel(turn: WinnerInput): RunLabel {
  const winner = winnerOf(turn);
  if (!winner.ok) return "UNKNOWN";
  return winner.winner === "challenger" ? "SUCCESS" : "FAILURE";
}

// ---------------------------------------------------------------------------------------------

/** Mean over judges and metrics of each order, 0..100; null when an order was never given. */
export function orderMeans(score: Score): { kingFirst: number; challengerFirst: number } | null {
  const means = (["king_first", "challenger_first"] as const).map((order) => {
    const votes = judgeViews(score)
      .flatMap((judge) => judge.replies)
      .filter((reply) => reply.order === order)
      .flatMap((reply) => Object.values(reply.metrics));
    return votes.length === 0 ? null : (100 * votes.reduce((a, b) => a + b, 0)) / votes.length;
  });
  const [kingFirst, challengerFirst] = means;
  return kingFirst == null || challengerFirst == null ? null : { kingFirst, challengerFirst };
}
