import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { labelOf, speedrunRow } from "../../../src/core/speedrun/rows.ts";
import { benchmarkWarning } from "../../../src/core/speedrun/warning.ts";

const ids = { instance_id: "o__r-1", repo: "o/r" };
const options = { minPatchChars: 0, includeEmpty: false };
const PATCH = "diff --git a/x b/x\n";

describe("speedrunRow", () => {
  test.each([
    [
      "change_summary first",
      { change_summary: "S", patch: PATCH, test_patch: "t" },
      "S",
      "change_summary",
    ],
    [
      "the patch without a summary",
      { change_summary: null, patch: PATCH, test_patch: "t" },
      PATCH,
      "patch",
    ],
    ["the test patch last", { change_summary: " ", patch: "", test_patch: "t" }, "t", "test_patch"],
  ])("the response is %s", (_, row, response, source) => {
    const made = speedrunRow(row, ids, options);
    expect(made.ok && [made.value.response, made.value.response_source]).toEqual([
      response,
      source,
    ]);
  });

  test("a row without a response is skipped with what it had", () => {
    expect(speedrunRow({ patch: " \n" }, ids, options)).toEqual({
      ok: false,
      skipped: {
        instance_id: "o__r-1",
        reason: "empty_response",
        source_fields: { has_change_summary: false, has_patch: false, has_test_patch: false },
        patch_len: 2,
      },
    });
  });

  test("a row without a response is a FAILURE when empty ones are wanted", () => {
    const made = speedrunRow({}, ids, { ...options, includeEmpty: true });
    expect(made.ok && [made.value.response, made.value.label]).toEqual(["", "FAILURE"]);
  });

  test.each([
    ["a patch under the minimum is skipped", { patch: "12345" }, 6, false],
    ["a patch of exactly the minimum is kept", { patch: "12345" }, 5, true],
    ["a short test patch is skipped", { test_patch: "1" }, 5, false],
    ["a summary has no minimum", { change_summary: "x", patch: "1" }, 5, true],
  ])("%s", (_, row, minPatchChars, kept) => {
    const made = speedrunRow(row, ids, { ...options, minPatchChars });
    expect(made.ok).toBe(kept);
    if (!made.ok)
      expect(made.skipped).toMatchObject({
        reason: "short_patch",
        patch_len: Object.values(row)[0]?.length,
      });
  });

  test("the prompt names repository and commit and asks for what the response is", () => {
    const made = speedrunRow(
      { patch: PATCH, base_commit: "abc", problem_statement: "It breaks.\n" },
      ids,
      options,
    );
    expect(made.ok && made.value.prompt).toBe(
      "Repository: o/r at abc\n\nIt breaks.\n\nWrite the patch that resolves this issue, as a unified diff.",
    );
  });
});

describe("labelOf", () => {
  test.each([
    ["FAILURE", "no response", { resolved: true }, null],
    ["SUCCESS", "the row's own verdict, true", { resolved: true }, "test_patch"],
    [
      "FAILURE",
      "the row's own verdict, false",
      { resolved: false, patch: PATCH, FAIL_TO_PASS: ["t"] },
      "patch",
    ],
    ["SUCCESS", "a patch that makes tests pass", { patch: PATCH, FAIL_TO_PASS: ["t"] }, "patch"],
    [
      "SUCCESS",
      "the same with the tests as JSON",
      { patch: PATCH, FAIL_TO_PASS: '["t"]' },
      "patch",
    ],
    [
      "SUCCESS",
      "a summary of such a patch",
      { patch: PATCH, FAIL_TO_PASS: ["t"], change_summary: "s" },
      "change_summary",
    ],
    ["UNKNOWN", "a patch with no such test", { patch: PATCH, FAIL_TO_PASS: "[]" }, "patch"],
    ["UNKNOWN", "tests alone", { test_patch: PATCH, FAIL_TO_PASS: ["t"] }, "test_patch"],
    ["UNKNOWN", "a summary of nothing known", { change_summary: "s" }, "change_summary"],
  ] as const)("%s: %s", (label, _, row, source) => {
    expect(labelOf(row, source)).toBe(label);
  });
});

test("the 65 real rows of the SWE-bench family all become a SUCCESS or UNKNOWN, none is lost", () => {
  const rows = readFileSync("test/fixtures/real/swebench.jsonl", "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const made = rows.map((row) => speedrunRow(row, ids, options));
  expect(made.filter((one) => one.ok)).toHaveLength(65);
});

test("the warning counts the instances of public benchmarks", () => {
  expect(benchmarkWarning(["o__r-1"])).toEqual([]);
  expect(benchmarkWarning(["django__django-10914", "django__django-10914", "o__r-1"])).toEqual([
    "!!! WARNING: benchmark test instances are about to become training data !!!",
    "!!! 1 of 2 instances are in SWE-bench Lite or Verified (django__django-10914).",
    "!!! A model trained on them cannot be measured on these benchmarks any more.",
  ]);
});
