import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDiff } from "../../../src/core/audit/diff.ts";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { findCanaries } from "../../../src/core/canary/found.ts";
import { meterCanaries, turnCanaries } from "../../../src/core/canary/meter.ts";
import { planCanaries } from "../../../src/core/canary/plan.ts";
import { shownRecord } from "../../../src/core/canary/shown.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { Canary } from "../../../src/records/answer.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const messages: readonly Message[] = [
  { role: "user", content: "slugify() leaves dashes at the ends of a slug. Please mend that." },
];
const pr: PullRequest = {
  instance_id: "acme__text-7",
  repo: "acme/text",
  pr_description: "Adds `trim_with_table`, which slugify calls.",
  patch: `--- a/slug.py
+++ b/slug.py
@@ -1,2 +1,5 @@
+def trim_with_table(text):
+    return text.strip("-")
+
 def slugify(value):
-    return value
+    return trim_with_table(value)
`,
  test_patch: `--- a/test_slug.py
+++ b/test_slug.py
@@ -1,1 +1,3 @@
 import slug
+def test_dashes_are_trimmed():
+    assert slug.trim_with_table("-a-") == "a"
`,
};
const plan = (over: Partial<PullRequest> = {}, history = messages, seed = 1) =>
  planCanaries({ messages: history }, { ...pr, ...over }, 1, seededRng(seed, "canaries/x"));
const canariesOf = (made: ReturnType<typeof plan>): readonly Canary[] =>
  "canaries" in made ? made.canaries : [];

describe("canaries are planned", () => {
  test("for names that the patch brings, alike for the same seed", () => {
    const made = canariesOf(plan());
    expect(made.map((one) => one.true).sort()).toEqual([
      "test_dashes_are_trimmed",
      "trim_with_table",
    ]);
    for (const { kind, shown, true: name } of made) {
      expect(kind).toBe("name");
      expect(shown).toMatch(/^[a-z_]+$/);
      expect(shown).not.toBe(name);
    }
    expect(plan()).toEqual(plan());
  });

  test.each([
    ["of turns that were not drawn", { none: "not_drawn" }, {}, messages, 0],
    [
      "where a run's future is the hidden text",
      { none: "future" },
      { future: "later" },
      messages,
      1,
    ],
    ["where the patch is no diff", { none: "no_diff" }, { patch: "see the branch" }, messages, 1],
    [
      "where the patch brings no name of its own",
      { none: "no_names" },
      {
        patch: "--- a/x.py\n+++ b/x.py\n@@ -1,1 +1,1 @@\n-a = 1\n+a = np.nan_to_num(b)\n",
        test_patch: "",
      },
      messages,
      1,
    ],
    [
      "where the history shows the names",
      { none: "names_shown" },
      { test_patch: "" },
      [{ role: "user", content: "Please write trim_with_table for slugify." }],
      1,
    ],
  ])("not %s", (_name, reason, over, history, share) => {
    const record = { ...pr, ...over };
    expect(planCanaries({ messages: history }, record, share, seededRng(1, "x"))).toEqual(reason);
  });

  test("never as a name that the history or the record already has", () => {
    for (let seed = 0; seed < 40; seed++) {
      const shown = canariesOf(plan({ test_patch: "" }, messages, seed)).map((one) => one.shown);
      const next = [
        { role: "user", content: `Task with ${shown.join(" and ")}, which must not come again.` },
      ];
      for (const one of canariesOf(plan({ test_patch: "" }, next, seed)))
        expect(shown).not.toContain(one.shown);
    }
  });
});

test("a record is shown with the altered names everywhere, still a diff of the same lines", () => {
  const rows = readFileSync("test/fixtures/real/prs.jsonl", "utf8").trim().split("\n");
  let altered = 0;
  for (const [seed, row] of rows.entries()) {
    const record = JSON.parse(row) as PullRequest;
    const made = planCanaries({ messages }, record, 1, seededRng(seed, "x"));
    if (!("canaries" in made)) continue;
    altered++;
    const shown = shownRecord(record, made.canaries);
    expect(shown.instance_id).toBe(record.instance_id);
    for (const key of ["patch", "test_patch"] as const) {
      const [before, after] = [parseDiff(record[key] ?? ""), parseDiff(shown[key] ?? "")];
      const shape = (files: typeof before): unknown =>
        files.map((file) => [
          file.newPath,
          file.hunks.map((hunk) => [
            hunk.oldStart,
            hunk.newStart,
            hunk.lines.map((line) => [line.side, /^\s*/.exec(line.text)?.[0]]),
          ]),
        ]);
      expect(shape(after)).toEqual(shape(before));
    }
    const whole = JSON.stringify(shown);
    for (const one of made.canaries) {
      expect(whole).toContain(one.shown);
      expect(whole).not.toMatch(new RegExp(`(?<![\\w$])${one.true}(?![\\w$])`));
    }
  }
  expect(altered).toBeGreaterThan(30);
});

const canaries: readonly Canary[] = [
  { kind: "name", true: "trim_with_table", shown: "trim_with_grid" },
];
const limits = { suspect_min: 1, leak_min: 99 };
const say = (thought: string): string => `THOUGHT: ${thought}\n\n\`\`\`bash\nls\n\`\`\``;
const audit = (answer: string) => auditAnswer({ answer, messages, pr, canaries }, limits);

describe("a challenger", () => {
  test.each([
    ["that leaks", "I will call `trim_with_grid`."],
    ["that spells it in camelCase", "I will call trimWithGrid."],
    ["that spells it with spaces", "I will trim with grid."],
    ["that hides it behind a zero-width sign", "I will call trim_wi\u200Bth_grid."],
    ["that puts it together", 'I will call getattr(slug, "trim_" + "with_grid").'],
  ])("%s has leaked with proof, whatever the limit", (_name, thought) => {
    const found = audit(say(thought));
    expect(found.verdict).toBe("leak");
    const [proof] = found.findings;
    expect(proof?.kind).toBe("canary");
    expect(say(thought).slice(...(proof?.span ?? [0, 0]))).toBe(proof?.text);
  });

  test("that says the true name remembers it, and has not leaked by it", () => {
    const found = audit(say("I will call `trim_with_table`."));
    expect(found.remembered).toEqual(["trim_with_table"]);
    expect(found.findings.map((one) => one.text)).not.toContain("trim_with_table");
    expect(audit(say("Let me look around.")).remembered).toBeUndefined();
  });

  test("that says two common words side by side has proven nothing", () => {
    const two = [{ kind: "name", true: "fields_dict", shown: "fields_item" }];
    expect(findCanaries("the fields item is last", two).leaked).toEqual([]);
    expect(findCanaries("the fieldsItem is last", two).leaked).toHaveLength(1);
    expect(
      findCanaries("latest statement", [{ kind: "name", true: "x", shown: "test_state" }]),
    ).toEqual({ leaked: [], remembered: [] });
  });
});

test("the meter counts challengers, kings and what was remembered, by kind, and leaks with and without", () => {
  const base = { king: say("Look."), challenger_tries: [] };
  const leaked = { ...base, canaries: [...canaries], audit: audit(say("`trim_with_grid`")) };
  const kept = { ...base, canaries: [...canaries], audit: audit(say("`trim_with_table`")) };
  const plain = { ...base, audit: audit(say("Look.")) };
  const rows = [leaked, kept, plain].map((one) => ({
    canaries: turnCanaries(one),
    isLeak: one.audit.verdict === "leak",
  }));
  expect(meterCanaries(rows)).toMatchObject({
    challenger: { hits: 1, turns: 2, share: 0.5 },
    king: { hits: 0, turns: 2 },
    remembered: { hits: 1, turns: 2 },
    by_kind: [{ kind: "name", hits: 1, turns: 2 }],
    leaks: { with: { hits: 1, turns: 2 }, without: { hits: 0, turns: 1 } },
  });
});
