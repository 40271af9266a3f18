/** Pull requests that are none, or that no plan was made for: a reason or canaries, never a fault. */
import { expect, test } from "vitest";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { findCanaries } from "../../../src/core/canary/found.ts";
import { alone, timesAlone } from "../../../src/core/canary/material.ts";
import { planCanaries } from "../../../src/core/canary/plan.ts";
import { shownRecord } from "../../../src/core/canary/shown.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { Canary } from "../../../src/records/answer.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const messages: readonly Message[] = [
  { role: "user", content: "slugify() leaves dashes at the ends of a slug. Please mend that." },
];
const plan = (record: Partial<PullRequest>, history = messages) =>
  planCanaries(
    { messages: history },
    { instance_id: "a__b-1", repo: "a/b", ...record } as PullRequest,
    1,
    seededRng(1, "canaries/x"),
  );

const RENAME =
  "diff --git a/old_table_names.py b/fresh_table_names.py\nsimilarity index 100%\nrename from old_table_names.py\nrename to fresh_table_names.py\n";
const BINARY =
  "diff --git a/logo.png b/logo.png\nindex 1111111..2222222 100644\nBinary files a/logo.png and b/logo.png differ\n";
const GIT_BINARY =
  "diff --git a/x.bin b/x.bin\nindex 1111111..2222222 100644\nGIT binary patch\nliteral 4\nLcmZQz00IC2\n\nliteral 0\nHcmV?d00001\n";

test.each([
  ["nothing", ""],
  ["no text", null],
  ["prose", "Please see the branch `trim_with_table`."],
  ["a page of the forge", "<!DOCTYPE html><html><body>404</body></html>"],
  ["JSON", '{"patch": "@@"}'],
  ["a rename alone", RENAME],
  ["a binary file alone", BINARY],
  ["a binary patch alone", GIT_BINARY],
  ["a hunk's head in a sentence", "it is said at @@ -1,2 +1,2 @@ of the file"],
  ["signs", "\u0000\u0001\ud800\udfff\ud800".repeat(40)],
])("a patch that is %s has no canaries, and says so", (_name, patch) => {
  expect(plan({ patch })).toEqual({ none: "no_diff" });
});

test.each([
  ["a rename with a change", `${RENAME}--- a/old_table_names.py\n+++ b/fresh_table_names.py\n`],
  ["a binary file beside code", `${BINARY}--- a/s.py\n+++ b/s.py\n`],
  ["a diff with the line ends of Windows", "--- a/s.py\r\n+++ b/s.py\r\n"],
])("%s has canaries, and the rest of it stays", (_name, head) => {
  const patch = `${head}@@ -1,1 +1,3 @@\n+def trim_with_table(text):\n+    return trim_with_table(text)\n return 1\n`;
  const made = plan({ patch });
  const canaries = "canaries" in made ? made.canaries : [];
  expect(canaries.map((one) => one.true)).toContain("trim_with_table");
  const shown = shownRecord({ instance_id: "a__b-1", patch } as PullRequest, canaries).patch ?? "";
  expect(shown).toBe(patch.replaceAll("trim_with_table", canaries[0]?.shown ?? ""));
});

test.each(["$1_table_name", "trim.*table", "(trim_table", "a+b_names", "trim[table]", "$&_table"])(
  "a detail that is a pattern, %s, is taken by its letters",
  (sign) => {
    const canaries: readonly Canary[] = [
      { kind: "name", true: sign, shown: "$`grid_$&_other" },
      { kind: "value", true: `${sign}9`, shown: "\\d+$'" },
    ];
    const patch = `x ${sign} y ${sign}9 z`;
    const shown = shownRecord({ instance_id: "a__b-1", patch } as PullRequest, canaries);
    expect(shown.patch).toMatch(/^x .+ y .+ z$/);
    expect(() => findCanaries(`I call ${sign} and \\d+$'.`, canaries)).not.toThrow();
    expect(findCanaries("I look around.", canaries)).toEqual({ leaked: [], remembered: [] });
  },
);

test("names of a patch that hold dollar signs and the like are altered, or left alone, whole", () => {
  const patch =
    "--- a/s.js\n+++ b/s.js\n@@ -1,1 +1,3 @@\n+function $trimTable$(text) {\n+  return $trimTable$(text)\n return 1\n";
  const made = plan({ patch });
  for (const one of "canaries" in made ? made.canaries : []) {
    const shown = shownRecord({ instance_id: "a__b-1", patch } as PullRequest, [one]).patch ?? "";
    expect(shown).not.toContain(one.true);
    expect(shown).toContain(one.shown);
  }
});

test("five megabytes are planned for, shown and looked at; the same seed gives the same", () => {
  const lines = Array.from(
    { length: 2000 },
    (_, at) => `+def make_row_${at}(x): return make_row_${at}(x + ${at}) # ${"row ".repeat(600)}`,
  );
  const patch = `--- a/data.py\n+++ b/data.py\n@@ -0,0 +1,2000 @@\n${lines.join("\n")}\n`;
  expect(patch.length).toBeGreaterThan(4_500_000);
  const made = plan({ patch });
  const canaries = "canaries" in made ? made.canaries : [];
  expect(canaries.length).toBeGreaterThan(0);
  expect(JSON.stringify(plan({ patch }))).toBe(JSON.stringify(made));
  const pr = { instance_id: "a__b-1", repo: "a/b", patch } as PullRequest;
  expect(shownRecord(pr, canaries).patch?.includes(canaries[0]?.shown ?? "?")).toBe(true);
  const answer = `THOUGHT: I will call ${canaries[0]?.shown}.\n\n\`\`\`bash\nls\n\`\`\``;
  const found = auditAnswer({ answer, messages, pr, canaries }, { suspect_min: 1, leak_min: 2 });
  expect(found.verdict).toBe("leak");
});

test("thousands of names that none reads well for are not all looked at", () => {
  const lines = Array.from({ length: 6000 }, (_, at) => {
    const name = `zq_wx_${at.toString(36)}yy`;
    return `+def ${name}(a): return ${name}(a) + other_${at}_word_thing`;
  });
  const patch = `--- a/x.py\n+++ b/x.py\n@@ -0,0 +1,6000 @@\n${lines.join("\n")}\n`;
  expect(plan({ patch })).toEqual({ none: "no_names" });
}, 60_000);

test.each([
  ["numbers", (at: number) => `assert rows(${10_000 + at}, ${10_000 + at})`],
  ["words", (at: number) => `assert rows("${wordOf(at)}") == "${wordOf(at)}"`],
  ["hashes", (at: number) => `# see ${(0xabcd123 + at * 7919).toString(16).padStart(12, "a1")}`],
  ["issues", (at: number) => `# issue #${1000 + at} and ${1000 + at}`],
])("tests with tables of thousands of %s are planned for", (_name, lineOf) => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `+${lineOf(at)}`);
  const test_patch = `--- a/test_s.py\n+++ b/test_s.py\n@@ -0,0 +1,${lines.length} @@\n${lines.join("\n")}\n`;
  const patch =
    "--- a/s.py\n+++ b/s.py\n@@ -1,1 +1,3 @@\n+def trim_with_table(text):\n+    return trim_with_table(text)\n return 1\n";
  const made = plan({ patch, test_patch });
  const canaries = "canaries" in made ? made.canaries : [];
  expect(canaries.map((one) => one.true)).toContain("trim_with_table");
});

/** 26 letters in four places: words that no code has. */
const wordOf = (at: number): string =>
  `q${[17576, 676, 26, 1].map((of) => String.fromCharCode(97 + (Math.floor(at / of) % 26))).join("")}`;

test("a line of JavaScript that is one word of 400,000 letters is planned for", () => {
  const patch = `--- a/s.js\n+++ b/s.js\n@@ -1,1 +1,3 @@\n+function trimWithTable(text) { return trimWithTable(text) }\n+${"Row".repeat(130_000)}\n return 1\n`;
  const made = plan({ patch });
  const canaries = "canaries" in made ? made.canaries : [];
  expect(canaries.map((one) => one.true)).toContain("trimWithTable");
});

test("values and references are counted as they stand alone", () => {
  const text = "1.5 1.5.2 x1.5 $7 7 (7) a_b a_b. 7.7";
  for (const part of ["1.5", "7", "a_b", "7.7", "x1", "5.2", "nothing"]) {
    expect([part, alone(text)(part)]).toEqual([part, timesAlone(text, part)]);
  }
});
