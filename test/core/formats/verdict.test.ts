import { expect, test } from "vitest";
import { multiSweRow } from "../../../src/core/formats/multi-swe.ts";
import {
  harborVerdict,
  inspectVerdict,
  reportVerdict,
  rowVerdict,
  verdictOf,
} from "../../../src/core/formats/verdict.ts";
import { attemptOf } from "../../../src/core/dataset/attempt.ts";
import { pullRequestOf } from "../../../src/core/sample/pr.ts";
import { speedrunRow } from "../../../src/core/speedrun/rows.ts";

test.each([
  [true, "success"],
  [1, "success"],
  [1n, "success"],
  ["True", "success"],
  ["true", "success"],
  ["1", "success"],
  ["1.0", "success"],
  [1.5, "success"],
  ["resolved", "success"],
  [false, "failure"],
  [0, "failure"],
  ["False", "failure"],
  ["0", "failure"],
  [0.99, "failure"],
  ["-0.5", "failure"],
  [null, null],
  [undefined, null],
  ["", null],
  ["None", null],
  ["perhaps", "unreadable"],
  ["1 of 2", "unreadable"],
  [NaN, "unreadable"],
  [Infinity, "unreadable"],
  [{}, "unreadable"],
  [[true], "unreadable"],
])("a verdict of %s is %s", (value, expected) => {
  expect(verdictOf(value)).toBe(expected);
});

test.each([
  [
    "the first column that says anything counts",
    { resolved: null, target: false, reward: 1 },
    "failure",
  ],
  ["a reward", { reward: "1.0" }, "success"],
  ["a report beside", { report: { resolved: true } }, "success"],
  ["nothing at all", { patch: "x" }, null],
])("a row's verdict: %s", (_, row, expected) => {
  expect(rowVerdict(row)).toBe(expected);
});

test.each([
  [{ verifier_result: { rewards: { reward: 1 } } }, "success"],
  [{ verifier_result: { rewards: { reward: 0.5, style: 1 } } }, "failure"],
  [{ verifier_result: { rewards: { style: 1 } } }, null],
  [{ verifier_result: null, exception_info: { exception_type: "X" } }, null],
  [{ verifier_result: { rewards: { reward: {} } } }, "unreadable"],
])("Harbor's result %j is %j", (result, expected) => {
  expect(harborVerdict(result)).toBe(expected);
});

test.each([
  [{ a: { value: "C" } }, "success"],
  [{ a: { value: "I" } }, "failure"],
  [{ a: { value: 1 } }, "success"],
  [{ a: { value: 0.2 } }, "failure"],
  [{ a: { value: { x: 1 } }, b: { value: "C" } }, "success"],
  [{ a: { value: "C" }, b: { value: "I" } }, "unreadable"],
  [undefined, null],
])("inspect's scores %j are %j", (scores, expected) => {
  expect(inspectVerdict(scores)).toBe(expected);
});

test("a report of SWE-bench says of an instance whether it is resolved", () => {
  const run = { resolved_ids: ["a"], unresolved_ids: ["b"], empty_patch_ids: ["c"] };
  expect(["a", "b", "c", "d"].map((id) => reportVerdict(run, id))).toEqual([
    "success",
    "failure",
    "failure",
    null,
  ]);
  expect(reportVerdict({ a: { resolved: false } })).toBe("failure");
});

const row = (over: object): Record<string, unknown> => ({
  instance_id: "o__n-1",
  problem_statement: "p",
  patch: "diff --git a/x b/x",
  FAIL_TO_PASS: ["t"],
  ...over,
});
const options = { minPatchChars: 0, includeEmpty: false };

test.each([
  [0, "FAILURE"],
  ["False", "FAILURE"],
  [1, "SUCCESS"],
  ["True", "SUCCESS"],
  [undefined, "SUCCESS"],
])("speedrun labels a row whose resolved is %j as %s", (resolved, label) => {
  const made = speedrunRow(row({ resolved }), { instance_id: "i", repo: "" }, options);
  expect(made.ok && made.value.label).toBe(label);
});

test("speedrun skips a row whose verdict cannot be read: verdict_unreadable", () => {
  const made = speedrunRow(row({ resolved: "perhaps" }), { instance_id: "i", repo: "" }, options);
  expect(!made.ok && made.skipped.reason).toBe("verdict_unreadable");
});

test.each([
  ["True", true],
  ["False", false],
  [0, false],
  [null, false],
])("repair reads a resolved of %j as %j", (resolved, expected) => {
  const read = attemptOf(row({ resolved }));
  expect(read.ok && read.attempt.resolved).toBe(expected);
});

test("a row of Multi-SWE-bench has its repository, task, patch and tests in our words", () => {
  const theirs = {
    org: "acme",
    repo: "widget",
    number: 7,
    title: "Fix count",
    body: "Fixes #6",
    base: { sha: "abc" },
    resolved_issues: [{ number: 6, title: "Count wrong", body: "Off by one" }],
    fix_patch: "diff --git a/w.py b/w.py\n",
    test_patch: "",
    f2p_tests: { t: {} },
  };
  expect(multiSweRow(theirs)).toMatchObject({
    instance_id: "acme__widget-7",
    repo: "acme/widget",
    base_commit: "abc",
    problem_statement: "Count wrong\n\nOff by one",
    patch: "diff --git a/w.py b/w.py\n",
    FAIL_TO_PASS: ["t"],
  });
  expect(pullRequestOf(theirs)).toMatchObject({ repo: "acme/widget", files: ["w.py"] });
  expect(multiSweRow({ repo: "a/b", patch: "x" })).toBeNull();
});
