import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { filesOf, hugePrMarkdown, languageOf, pullRequestOf } from "../../../src/core/sample/pr.ts";

const patch = [
  "diff --git a/src/a.py b/src/a.py",
  "--- a/src/a.py",
  "+++ b/src/a.py",
  "@@ -1 +1 @@",
  "-x",
  "+++ y",
].join("\n");

test("a row becomes a record: unknown columns stay, missing ones are null, files come off the diffs", () => {
  const record = pullRequestOf({
    instance_id: "o__n-1",
    repo: "o/n",
    patch,
    created_at: 1609298073000,
    FAIL_TO_PASS: ["t"],
    _source: "x",
  });
  expect(record).toMatchObject({
    instance_id: "o__n-1",
    files: ["src/a.py"],
    language: "python",
    test_patch: null,
    created_at: 1609298073000,
    FAIL_TO_PASS: ["t"],
  });
  expect(record).not.toHaveProperty("_source");
});

test.each([
  ["without a patch", { instance_id: "o__n-1", patch: null }],
  ["without an id", { patch }],
])("a row %s is no record", (_what, row) => {
  expect(pullRequestOf(row)).toBeNull();
});

test("every real pull-request row becomes a record with files", () => {
  const lines = readFileSync("test/fixtures/real/prs.jsonl", "utf8").trim().split("\n");
  for (const line of lines) {
    const record = pullRequestOf(JSON.parse(line) as Record<string, unknown>);
    expect(record?.files?.length).toBeGreaterThan(0);
  }
});

test("files are named once, renamed ones by their new name, deleted ones too", () => {
  expect(
    filesOf([
      "diff --git a/old.py b/new.py\nrename from old.py\nrename to new.py",
      "diff --git a/gone.py b/gone.py\n--- a/gone.py\n+++ /dev/null",
      "--- a/plain.c\t2020\n+++ b/plain.c\t2020",
    ]),
  ).toEqual(["new.py", "gone.py", "plain.c"]);
});

test("the language is that of most files, and null when no ending is known", () => {
  expect(languageOf(["a.go", "b.go", "c.py"])).toBe("go");
  expect(languageOf(["README", "x.unknown"])).toBeNull();
});

test("the list of huge pull requests has the largest first", () => {
  const text = hugePrMarkdown(
    [
      { instance_id: "a__b-1", repo: "a/b", chars: 70_000 },
      { instance_id: "c__d|2", repo: "c/d", chars: 90_000 },
    ],
    60_000,
  );
  expect(text).toContain("| c__d\\|2 | c/d | 90000 |\n| a__b-1 | a/b | 70000 |");
  expect(hugePrMarkdown([], 60_000)).toContain("None.");
});
