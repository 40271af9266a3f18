/** Which bucket a judged turn falls into: final (clearly better), refined, defeat. */
import type { Bucket } from "../../records/exported.ts";
import type { Score } from "../../records/score.ts";

export type BucketRules = {
  /** "score": draws count half. "decisive": draws are left out. "posterior": by what a score leaves open. */
  readonly by: "score" | "decisive" | "posterior";
  /** 0..100; from it on a turn is final. */
  readonly final_min: number;
  /** 0..100; below it a turn is a defeat. At most final_min. */
  readonly defeat_max: number;
};

export type Bucketed = { readonly bucket: Bucket; readonly reason: string };

/** What a bucket follows from. */
export type Sortable = Pick<
  Score,
  "disqualified" | "parsed" | "score" | "decisive_score" | "posterior"
>;

/** Chance of being better than the king from which on `by = "posterior"` takes a turn for final. */
export const SURE = 0.95;

/**
 * null: the turn is pending or did not parse, or, by posterior, nothing is reckoned of it; it belongs in
 * no bucket.
 */
export function bucketOf(score: Sortable, rules: BucketRules): Bucketed | null {
  if (score.disqualified !== null) {
    const { reason, detail } = score.disqualified;
    return { bucket: "defeat", reason: detail === "" ? reason : `${reason}: ${detail}` };
  }
  if (!score.parsed || score.score === null) return null;
  if (rules.by === "posterior")
    return score.posterior == null ? null : byPosterior(score.posterior, rules);
  if (rules.by === "score") return bucketOfValue(score.score, "score", rules);
  const decisive = score.decisive_score;
  return typeof decisive === "number"
    ? bucketOfValue(decisive, "decisive score", rules)
    : bucketOfValue(50, "too few decisive votes, taken as a draw:", rules);
}

/** The bucket of a number 0..100; final_min belongs to final, defeat_max to refined. */
export function bucketOfValue(value: number, label: string, rules: BucketRules): Bucketed {
  if (value >= rules.final_min)
    return { bucket: "final", reason: `${label} ${value} >= ${rules.final_min}` };
  if (value < rules.defeat_max)
    return { bucket: "defeat", reason: `${label} ${value} < ${rules.defeat_max}` };
  return {
    bucket: "refined",
    reason: `${label} ${value}, from ${rules.defeat_max} to below ${rules.final_min}`,
  };
}

// ---------------------------------------------------------------------------------------------

/** Final is a turn whose reckoned true score is high enough and surely above 50. */
function byPosterior(
  { mean, above }: NonNullable<Sortable["posterior"]>,
  rules: BucketRules,
): Bucketed {
  const by = bucketOfValue(mean, "reckoned true score", rules);
  return by.bucket === "final" && above < SURE
    ? {
        bucket: "refined",
        reason: `${by.reason}, but above 50 with a chance of ${above} < ${SURE}`,
      }
    : by;
}
