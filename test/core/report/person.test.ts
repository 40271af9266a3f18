import { expect, test } from "vitest";
import { decide } from "../../../src/core/report/person.ts";
import type { Review } from "../../../src/records/review.ts";
import type { Score } from "../../../src/records/score.ts";

const RULES = { by: "score", final_min: 80, defeat_max: 66 } as const;

const score = (over: Partial<Score> = {}): Score => ({
  file: "a.json",
  instance_id: "x",
  mode: 2,
  score: 70,
  metrics: { correctness: 70, grounding: 70, progress: 70, protocol: 70, efficiency: 70 },
  style: "grep",
  parsed: true,
  pending: 0,
  disqualified: null,
  judges: [],
  config_hash: "h",
  pair_hash: "pair",
  ...over,
});

const review = (over: Partial<Review> = {}): Review => ({
  file: "a.json",
  verdict: null,
  bucket: null,
  note: "",
  time: "2026-01-01T00:00:00.000Z",
  pair_hash: "pair",
  ...over,
});

test.each([
  ["no review", null, "refined", "panel"],
  ["a note alone", review({ note: "hm" }), "refined", "panel"],
  ["a verdict for the challenger", review({ verdict: 2 }), "final", "person"],
  ["a verdict for the king", review({ verdict: 1 }), "defeat", "person"],
  ["a draw, which counts 50", review({ verdict: 0 }), "defeat", "person"],
  [
    "a bucket, which wins over the verdict",
    review({ verdict: 1, bucket: "final" }),
    "final",
    "person",
  ],
  ["a review of another pair", review({ verdict: 2, pair_hash: "old" }), "refined", "panel"],
] as const)("the bucket of a refined turn with %s", (_case, said, bucket, by) => {
  expect(decide(score(), said, RULES)).toMatchObject({ bucket, by });
});

test("the reason of an overruled turn keeps what the panel said", () => {
  expect(decide(score(), review({ verdict: 2 }), RULES)?.reason).toBe(
    "a person judged: the challenger is better (panel said refined: score 70, from 66 to below 80)",
  );
});

test.each([
  ["pending", { pending: 2, parsed: false, score: null }],
  ["not parsed", { parsed: false, score: null }],
])("a turn that is %s is in no bucket, reviewed or not", (_case, over) => {
  expect(decide(score(over), review({ bucket: "final" }), RULES)).toBeNull();
});

test("a person may overrule a turn that was lost for a leak", () => {
  const lost = score({ score: 0, disqualified: { reason: "leak", detail: "" } });
  expect(decide(lost, null, RULES)).toEqual({ bucket: "defeat", reason: "leak", by: "panel" });
  expect(decide(lost, review({ bucket: "refined" }), RULES)?.bucket).toBe("refined");
});
