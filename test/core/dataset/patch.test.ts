/** Unified diffs are really parsed: hunks hold as many lines as their headers say. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkPatch } from "../../../src/core/dataset/patch.ts";

const GOOD = `diff --git a/x.py b/x.py
index 1111111..2222222 100644
--- a/x.py
+++ b/x.py
@@ -1,3 +1,4 @@ def f():
 a
-b
+c
+d
 e
`;

const rows = (file: string): { patch?: string | null; test_patch?: string | null }[] =>
  readFileSync(`test/fixtures/real/${file}`, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { patch?: string | null });

test("accepts every patch of the real data", () => {
  const patches = ["prs.jsonl", "swebench.jsonl", "testlogs_failed.jsonl"]
    .flatMap(rows)
    .flatMap((row) => [row.patch, row.test_patch])
    .filter((patch): patch is string => typeof patch === "string" && patch !== "");
  expect(patches.length).toBeGreaterThan(200);
  expect(patches.filter((patch) => !checkPatch(patch).ok)).toEqual([]);
});

test.each([
  ["plain diff without git's lines", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"],
  ["no last line feed", GOOD.trimEnd()],
  ["CRLF", GOOD.replaceAll("\n", "\r\n")],
  ["context line that lost its space", GOOD.replace("\n a\n", "\n\n").replace(" e", " e")],
  [
    "no newline at end of file",
    `${GOOD.replace(" e\n", "-e\n\\ No newline at end of file\n+e\n\\ No newline at end of file\n")}`,
  ],
  ["rename alone", "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n"],
  ["mode change alone", "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n"],
  ["binary file", "diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n"],
  ["new file", "--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n"],
  ["removed lines that look like headers", "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- a\n-b\n+c\n"],
  ["two files", GOOD + GOOD.replaceAll("x.py", "y.py")],
  [
    "mail of format-patch",
    `From 1234 Mon Sep 17\nFrom: A <a@b>\nSubject: [PATCH] x\n\nwords\n---\n x.py | 2 +-\n\n${GOOD}-- \n2.30.0\n`,
  ],
])("accepts %s", (_title, patch) => {
  expect(checkPatch(patch)).toMatchObject({ ok: true });
});

test("names the files of a patch", () => {
  expect(checkPatch(GOOD + "--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n")).toEqual({
    ok: true,
    files: ["x.py", "z"],
  });
});

describe("refuses", () => {
  test.each([
    ["nothing", "", 1, "no file header"],
    ["prose", "I would change x.py.", 1, "text before the diff"],
    ["prose before a diff", `Here it is:\n${GOOD}`, 1, "text before the diff"],
    ["prose after a diff", `${GOOD}That is all.\n`, 11, "a line that is no part of a diff"],
    [
      "a line too few",
      GOOD.replace("+d\n", ""),
      5,
      "the hunk ends before the lines its header counts",
    ],
    [
      "a line too many",
      GOOD.replace("+d\n", "+d\n+f\n"),
      5,
      "the hunk has other lines than its header counts",
    ],
    [
      "a line too many at the end",
      `${GOOD}+f\n`,
      5,
      "the hunk has more lines than its header counts",
    ],
    [
      "a cut-off hunk",
      GOOD.slice(0, GOOD.indexOf("+c")),
      5,
      "the hunk ends before the lines its header counts",
    ],
    [
      "a broken hunk header",
      GOOD.replace("@@ -1,3", "@@ -1;3"),
      5,
      "a hunk header that does not parse",
    ],
    [
      "a hunk before its file",
      "@@ -1 +1 @@\n-a\n+b\n",
      1,
      "a hunk before the file's --- and +++ lines",
    ],
    ["a file without hunks", "--- a/x\n+++ b/x\n", 2, "the last file has no hunks"],
    [
      "a file without hunks before another",
      `--- a/y\n+++ b/y\n${GOOD}`,
      3,
      "the file before has no hunks",
    ],
    ["a --- line alone", "--- a/x\n@@ -1 +1 @@\n-a\n+b\n", 2, "a --- line without its +++ line"],
  ])("%s", (_title, patch, line, why) => {
    const check = checkPatch(patch);
    expect(check.ok).toBe(false);
    if (check.ok) return;
    expect(check.why).toBe(why);
    expect(check.line).toBe(line);
  });
});

test("a megabyte of hostile lines is checked in one pass", () => {
  const hostile = `--- a/x\n+++ b/x\n${"@@ -1 +1 @@\n-a\n+b\n".repeat(40_000)}`;
  expect(checkPatch(hostile).ok).toBe(true);
  expect(checkPatch("@".repeat(1_000_000)).ok).toBe(false);
});
