import { expect, test } from "vitest";
import {
  compareSides,
  comparisonDocument,
  type Side,
  type SideRow,
} from "../../../src/core/report/compare.ts";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import type { Bucket } from "../../../src/records/exported.ts";

const row = (id: string, score: number | null, bucket: Bucket | null): SideRow => ({
  file: `${id}.json`,
  instance_id: id,
  repo: "",
  run: "",
  turn: 0,
  state: score === null ? "unparsed" : "scored",
  score,
  metrics:
    score === null
      ? null
      : { correctness: score, grounding: score, progress: score, protocol: 50, efficiency: score },
  style: "grep",
  bucket,
  reason: "",
  by: null,
  disqualified: null,
  review: null,
  judges: [],
  spread: null,
  flips: 0,
  swaps: 0,
  audit: null,
  kinds: [],
  history: `of ${id}`,
});

const side = (name: string, rows: readonly SideRow[]): Side => ({
  name,
  rows,
  duel: null,
  cluster_by: "repo",
  limits: { by: "score", final_min: 80, defeat_max: 66 },
});

const A = side("run-a", [
  row("x", 50, "defeat"),
  row("y", 70, "refined"),
  row("z", 90, "final"),
  row("gone", 50, "defeat"),
]);
const B = side("run-b", [
  row("x", 70, "refined"),
  row("y", 70, "refined"),
  row("z", null, null),
  row("new", 10, "defeat"),
]);

test("differences are paired over turns scored on both sides, worked by hand", () => {
  const found = compareSides(A, B);
  expect(found).toMatchObject({ n_paired: 2, only_a: 1, only_b: 1 });
  // x: +20, y: 0; mean +10; the t interval of two values (0 and 20) is 10 -+ 12.706 * 10.
  expect(found.differences[0]).toMatchObject({ metric: "all", a: 60, b: 70, difference: 10 });
  expect(found.differences[0]?.interval?.[1]).toBeCloseTo(100, 0);
  expect(found.differences.find(({ metric }) => metric === "protocol")?.difference).toBe(0);
});

test("turns that changed bucket are listed, the largest change first, lost ones too", () => {
  expect(compareSides(A, B).moved).toEqual([
    {
      file: "z.json",
      file_b: "z.json",
      instance_id: "z",
      from: "final",
      to: "none",
      score_a: 90,
      score_b: null,
    },
    {
      file: "x.json",
      file_b: "x.json",
      instance_id: "x",
      from: "defeat",
      to: "refined",
      score_a: 50,
      score_b: 70,
    },
  ]);
});

test("a turn of another instance under the same file name is not the same turn", () => {
  const other = side("run-b", [{ ...row("x", 90, "final"), instance_id: "other" }]);
  expect(compareSides(A, other)).toMatchObject({ n_paired: 0, only_a: 4, only_b: 1, moved: [] });
  expect(compareSides(A, other).same_name).toBe(1);
});

test("the same turn under another file name is paired, another history is not", () => {
  const renamed = { ...row("x", 90, "final"), file: "elsewhere.json" };
  const retold = { ...row("y", 90, "final"), history: "another" };
  const found = compareSides(A, side("run-b", [renamed, retold]));
  expect(found).toMatchObject({ n_paired: 1, only_a: 3, only_b: 1, same_name: 1 });
});

test("a turn that was drawn twice is paired once", () => {
  const twice = side("run-b", [
    row("x", 90, "final"),
    { ...row("x", 10, "defeat"), file: "x2.json" },
  ]);
  expect(compareSides(A, twice)).toMatchObject({ n_paired: 1, only_b: 1 });
  expect(compareSides(A, twice).differences[0]?.b).toBe(90);
});

test("names that agree while the turns do not are said", () => {
  const other = side("run-b", [{ ...row("x", 90, "final"), turn: 7 }]);
  expect(markdownOf(comparisonDocument(A, other))).toContain(
    "1 answer file of the same name holds another turn on either side.",
  );
});

test("the comparison as Markdown", () => {
  const text = markdownOf(comparisonDocument(A, B));
  expect(text).toContain("| score | 60 | 70 | +10 |");
  expect(text).toContain("## 2 turns changed bucket");
  expect(text).toContain("| gate | not judged | not judged |");
});

test("where all turns are of one cluster the missing intervals are explained", () => {
  const one = markdownOf(comparisonDocument(A, B));
  expect(one).toContain("Intervals: 95 %, paired, over clusters (repo).");
  const ofOne = (of: Side): Side => ({ ...of, rows: of.rows.map((r) => ({ ...r, repo: "o/p" })) });
  const said = markdownOf(comparisonDocument(ofOne(A), ofOne(B)));
  expect(said).toContain(
    "No intervals: all of them are of one cluster (repo), and intervals need two.",
  );
  expect(said).toMatch(/\| score \| [^|]+\| [^|]+\| \+10 \| – \|/);
});
