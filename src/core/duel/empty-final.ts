/** When no turn reaches final/: how far the best one came, and the ways on that lead somewhere. */
import { bucketOfValue, type BucketRules } from "./bucket.ts";

/**
 * @param scores of all turns that are in a bucket, 0..100; null where that many are not empty
 * @param draws share of the metric votes that are draws, 0..1; null: not known here
 */
export function emptyFinalNote(
  scores: readonly number[],
  rules: BucketRules,
  draws: number | null = null,
): string | null {
  if (scores.length === 0) return null;
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  if (best <= DRAWN) return noneWon(best, scores, rules);
  const limit = `[bucket].final_min ${rules.final_min}`;
  const reached =
    best >= rules.final_min
      ? `the best turn's score is ${best}, and sorting by ${rules.by} keeps it under ${limit}`
      : `the best turn's score is ${best}, under ${limit}`;
  const limits = "set [bucket] final_min and defeat_max in chain.toml to what your turns reach";
  // By decisive votes or posterior a score says nothing of its turn's bucket, so refined/ may well hold some.
  const mayBeRefined =
    rules.by !== "score" || bucketOfValue(best, "score", rules).bucket !== "defeat";
  const ways = mayBeRefined
    ? `Ways on: npm run stage:export -- --refined takes refined/ as well, or ${limits}`
    : `no turn's score reaches refined/ either. The way on: ${limits}`;
  const drawn =
    draws !== null && draws > 0.5 ? "; judges draw on most metrics of two decent answers" : "";
  return `final/ is empty: ${reached}${drawn}. ${ways}`;
}

// ---------------------------------------------------------------------------------------------

/** As many votes won as lost. */
const DRAWN = 50;

/** Lower limits would call turns better that are not. */
function noneWon(best: number, scores: readonly number[], rules: BucketRules): string {
  const hasPairs = scores.some(
    (score) =>
      score < DRAWN &&
      (rules.by !== "score" || bucketOfValue(score, "score", rules).bucket === "defeat"),
  );
  const pairs = hasPairs
    ? ", or npm run stage:export -- --format preference (turns that the judges put into defeat/ make pairs the other way round)"
    : "";
  return `final/ is empty: the challenger won no turn (best score ${best}); limits do not mend that: ask another [challenger].model or give it other hidden knowledge${pairs}`;
}
