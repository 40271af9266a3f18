import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { overlapIndex, sharedGrams } from "../../../src/core/audit/overlap.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const twelve = "one two three four five six seven eight nine ten eleven twelve";
const pr = (over: Partial<PullRequest>): PullRequest => ({
  instance_id: "a__b-1",
  repo: "a/b",
  ...over,
});

test.each([
  ["twelve words in a row", { problem_statement: `x ${twelve} y` }, 1],
  [
    "the same with other signs, case and line breaks",
    { patch: `+One, two\n+three(four)\n+five six SEVEN\n+eight_nine ten: eleven; twelve` },
    1,
  ],
  ["thirteen words in a row", { pr_description: `zero ${twelve}`, title: `zero ${twelve}` }, 2],
  ["eleven words in a row", { problem_statement: twelve.replace(" twelve", " dozen") }, 0],
  ["the words in another order", { problem_statement: twelve.split(" ").reverse().join(" ") }, 0],
  ["nothing at all", { patch: null }, 0],
])("a pull request with %s", (_name, over, shared) => {
  expect(sharedGrams(pr(over), overlapIndex([`zero ${twelve}`]))).toBe(shared);
});

test("a run does not reach from one problem, or one part, into the next", () => {
  const [a, b] = [twelve.slice(0, 30), twelve.slice(30)];
  expect(sharedGrams(pr({ patch: twelve }), overlapIndex([a, b]))).toBe(0);
  expect(sharedGrams(pr({ title: a, patch: b }), overlapIndex([twelve]))).toBe(0);
});

test("real benchmark problems overlap with their own records and not with others", () => {
  const rows = readFileSync("test/fixtures/real/swebench.jsonl", "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as PullRequest);
  const index = overlapIndex(rows.slice(0, 10).map((row) => row.problem_statement ?? ""));
  const own = rows.slice(0, 10).filter((row) => sharedGrams(row, index) > 0);
  expect(own.length).toBe(10);
  const held = new Set(rows.slice(0, 10).map((row) => row.instance_id));
  const others = rows.filter((row) => !held.has(row.instance_id) && sharedGrams(row, index) > 3);
  expect(others.map((row) => row.instance_id)).toEqual([]);
});
