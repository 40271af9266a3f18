/** A person's review beside the panel's word: whether it still holds, and what it makes of a turn. */
import type { Bucket } from "../../records/exported.ts";
import type { Review } from "../../records/review.ts";
import type { Score } from "../../records/score.ts";
import { bucketOf, bucketOfValue, type BucketRules } from "../duel/bucket.ts";

/** What becomes of a turn, and who decided. */
export type Decision = {
  readonly bucket: Bucket;
  readonly reason: string;
  readonly by: "panel" | "person";
};

/** The turn in the challenger's view, as a person's verdict counts it: 100, 50 or 0. */
export function personScore(verdict: 0 | 1 | 2): number {
  return verdict === 2 ? 100 : verdict === 1 ? 0 : 50;
}

/**
 * The bucket of a turn: a person's bucket first, then a person's verdict (challenger 100, draw 50,
 * king 0, against the limits in force), then the panel's score. A review of another pair of
 * candidates counts for nothing. null: pending or not parsed, in no bucket, reviewed or not.
 */
export function decide(score: Score, review: Review | null, rules: BucketRules): Decision | null {
  const panel = bucketOf(score, rules);
  if (panel === null) return null;
  if (review === null || !isCurrent(review, score)) return { ...panel, by: "panel" };
  const said = `panel said ${panel.bucket}: ${panel.reason}`;
  if (review.bucket !== null) {
    return {
      bucket: review.bucket,
      reason: `a person put it in ${review.bucket} (${said})`,
      by: "person",
    };
  }
  if (review.verdict === null) return { ...panel, by: "panel" };
  const { bucket } = bucketOfValue(personScore(review.verdict), "person", rules);
  return {
    bucket,
    reason: `a person judged: ${VERDICT_WORDS[review.verdict]} (${said})`,
    by: "person",
  };
}

/** False when the review is about another pair of candidates than the present one. */
export function isCurrent(
  review: Review,
  score: Pick<Score, "pair_hash" | "plain_hash"> | null | undefined,
): boolean {
  if (score?.pair_hash === undefined || review.pair_hash === "") return true;
  return review.pair_hash === score.pair_hash || review.pair_hash === score.plain_hash;
}

export const VERDICT_WORDS = {
  0: "a draw",
  1: "the king is better",
  2: "the challenger is better",
} as const;
