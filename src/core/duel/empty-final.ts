/** When no turn reaches final/: how far the best one came, and the two ways on. */
import type { BucketRules } from "./bucket.ts";

/** @param scores of all turns that are in a bucket, 0..100; null where that many are not empty */
export function emptyFinalNote(scores: readonly number[], rules: BucketRules): string | null {
  if (scores.length === 0) return null;
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  const limit = `[bucket].final_min ${rules.final_min}`;
  const reached =
    best >= rules.final_min
      ? `the best turn's score is ${best}, and sorting by ${rules.by} keeps it under ${limit}`
      : `the best turn's score is ${best}, under ${limit}`;
  return `final/ is empty: ${reached}; judges draw on most metrics of two decent answers. Ways on: npm run stage:export -- --refined takes refined/ as well, or set [bucket] final_min and defeat_max in chain.toml to what your turns reach`;
}
