import { expect, test } from "vitest";
import { bucketOf, type BucketRules } from "../../../src/core/duel/bucket.ts";
import type { Score } from "../../../src/records/score.ts";

const SCORE: Score = {
  file: "a.json",
  instance_id: "a",
  mode: 2,
  score: 50,
  metrics: null,
  style: "cat",
  parsed: true,
  pending: 0,
  disqualified: null,
  judges: [],
  config_hash: "",
};
const BY_SCORE: BucketRules = { by: "score", final_min: 80, defeat_max: 66 };
const BY_DECISIVE: BucketRules = { ...BY_SCORE, by: "decisive" };

test.each([
  [100, "final", "score 100 >= 80"],
  [80, "final", "score 80 >= 80"],
  [79.9999, "refined", "score 79.9999, from 66 to below 80"],
  [66, "refined", "score 66, from 66 to below 80"],
  [65.9999, "defeat", "score 65.9999 < 66"],
])("a score of %d is %s", (score, bucket, reason) => {
  expect(bucketOf({ ...SCORE, score }, BY_SCORE)).toEqual({ bucket, reason });
});

test("a decisive score sorts where draws are left out", () => {
  expect(bucketOf({ ...SCORE, score: 62, decisive_score: 90 }, BY_DECISIVE)).toEqual({
    bucket: "final",
    reason: "decisive score 90 >= 80",
  });
});

test("a turn with too few decisive votes counts as a draw", () => {
  expect(bucketOf({ ...SCORE, decisive_score: null }, BY_DECISIVE)).toEqual({
    bucket: "defeat",
    reason: "too few decisive votes, taken as a draw: 50 < 66",
  });
});

test("a disqualified turn is a defeat with its reason", () => {
  const lost = { ...SCORE, score: 0, disqualified: { reason: "malformed", detail: "empty" } };
  expect(bucketOf(lost, BY_SCORE)).toEqual({ bucket: "defeat", reason: "malformed: empty" });
  expect(
    bucketOf({ ...lost, disqualified: { reason: "leak", detail: "" } }, BY_SCORE)?.reason,
  ).toBe("leak");
});

test("a turn that is pending or did not parse is in no bucket", () => {
  expect(bucketOf({ ...SCORE, parsed: false, score: null }, BY_SCORE)).toBeNull();
});
