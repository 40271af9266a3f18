import { readFileSync } from "node:fs";
import { parsePatch } from "diff";
import { describe, expect, test } from "vitest";
import { parseDiff } from "../../../src/core/audit/diff.ts";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { findCanaries } from "../../../src/core/canary/found.ts";
import { meterCanaries, turnCanaries } from "../../../src/core/canary/meter.ts";
import { planCanaries, withCanaries } from "../../../src/core/canary/plan.ts";
import { shownRecord } from "../../../src/core/canary/shown.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { Answer, Canary } from "../../../src/records/answer.ts";
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
  const kinds = new Set<string>();
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
            hunk.newStart - hunk.oldStart,
            hunk.lines.map((line) => [line.side, /^\s*/.exec(line.text)?.[0]]),
          ]),
        ]);
      expect(shape(after)).toEqual(shape(before));
    }
    const whole = textsOf(shown);
    for (const one of made.canaries) {
      kinds.add(one.kind);
      if (one.kind === "line") continue;
      expect(whole).toContain(one.shown);
      const form = one.true.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      expect(whole).not.toMatch(new RegExp(`(?<![\\w$])${form}(?![\\w$])`));
    }
    // As many lines as the heads say, hunks in order: it parses strictly, as the true one does.
    expect(() => parsePatch(shown.patch ?? "")).not.toThrow();
    expect(places(shown)).toEqual(
      places(record).map(([path, start]) => [path, start + shiftOf(path, made.canaries)]),
    );
  }
  expect(altered).toBeGreaterThan(30);
  expect([...kinds].sort()).toEqual(["line", "message", "name", "reference", "value"]);
});

const textsOf = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.values(value).map(textsOf).join("\n")
    : String(value);

const places = ({ patch }: PullRequest): [string, number][] =>
  parseDiff(patch ?? "").flatMap(({ newPath, hunks }) =>
    hunks.map((hunk): [string, number] => [newPath ?? "", hunk.oldStart]),
  );

function shiftOf(path: string, made: readonly Canary[]): number {
  const line = made.find((one) => one.kind === "line" && one.true.startsWith(`${path}:`));
  const first = (text: string): number => Number(/:(\d+)-/.exec(text)?.[1]);
  return line === undefined ? 0 : first(line.shown) - first(line.true);
}

describe("beside names", () => {
  const other: PullRequest = {
    instance_id: "acme__text-8",
    repo: "acme/text",
    pr_description: "Fixes #4711. The message `a label must be shorter than that` is new.",
    patch: `--- a/label.py
+++ b/label.py
@@ -210,2 +210,4 @@ def check(label):
     size = len(label)
-    return size
+    if size > LIMIT:
+        raise ValueError("a label must be shorter than that")
+    return label
`,
    test_patch: `--- a/test_label.py
+++ b/test_label.py
@@ -1,1 +1,4 @@
 import label
+def test_number():
+    assert label.check("87.654") == "87.654"
+    assert label.check("Rhubarb") == "Rhubarb"
`,
  };
  const made = canariesOf(planCanaries({ messages }, other, 1, seededRng(3, "x")));
  const by = (kind: string): Canary | undefined => made.find((one) => one.kind === kind);

  test("messages, values, references and lines are altered, each to something of its sort", () => {
    expect(by("message")).toEqual({
      kind: "message",
      true: "a label must be shorter than that",
      shown: "a label should be shorter than that",
    });
    expect(by("value")?.true).toBe("87.654");
    expect(by("value")?.shown).toMatch(/^8\d\.\d{3}$/);
    expect(made.find((one) => one.true === "Rhubarb")?.shown).toMatch(/^[A-Z][a-z]+$/);
    expect(by("reference")?.true).toBe("4711");
    expect(by("reference")?.shown).toMatch(/^47\d\d$/);
    expect(by("line")?.true).toBe("label.py:210-211");
  });

  test.each([
    ["message", "I'll raise 'a label should be shorter than that'."],
    ["message", "The text: A label\n  should be shorter than that!"],
    ["value", `It should give ${by("value")?.shown} back.`],
    ["value", `It gives ${made.find((one) => one.true === "Rhubarb")?.shown.toLowerCase()} back.`],
    ["reference", `This is #${by("reference")?.shown}.`],
    ["line", `Let me see label.py line ${/:(\d+)/.exec(by("line")?.shown ?? "")?.[1]}.`],
  ])("an altered %s that comes back is proof", (kind, thought) => {
    const found = auditAnswer(
      { answer: say(thought), messages, pr: other, canaries: made },
      limits,
    );
    expect(found.verdict).toBe("leak");
    expect(found.findings[0]).toMatchObject({ kind: "canary", canary: kind });
  });

  test.each([
    ["a line range with the digits of a reference", `sed -n '${by("reference")?.shown},4790p' x`],
    ["a wide range that holds the shifted lines", "sed -n '150,400p' label.py"],
    ["a longer number", `${by("reference")?.shown}9`],
    ["words that the message shares with others", "It should be shorter."],
  ])("%s is none", (_name, thought) => {
    expect(findCanaries(say(thought), made).leaked).toEqual([]);
  });

  test.each([
    ["numbers", "reference", "See #4711 too."],
    ["values", "value", "check('87.654') and check('Rhubarb') fail."],
    ["messages", "message", "It should say: a label must be shorter than that."],
    ["lines", "line", "label.py:205: return size"],
  ])("%s that the history shows are left alone", (_name, kind, shown) => {
    const history = [...messages, { role: "user" as const, content: shown }];
    const plan = canariesOf(planCanaries({ messages: history }, other, 1, seededRng(3, "x")));
    expect(plan.filter((one) => one.kind === kind)).toEqual([]);
    expect(plan.length).toBeGreaterThan(0);
  });

  test("lines with quotes in them that the history shows are left alone too", () => {
    const quoted = { ...other, patch: other.patch?.replace("len(label)", "len(label['text'])") };
    const planned = (shown: string) => {
      const history = [...messages, { role: "user" as const, content: shown }];
      return canariesOf(planCanaries({ messages: history }, quoted, 1, seededRng(3, "x")));
    };
    expect(planned("return none").map(({ kind }) => kind)).toContain("line");
    expect(planned("    size = len(label['text'])").map(({ kind }) => kind)).not.toContain("line");
  });

  test("a message that the tests quote in two pieces is left alone", () => {
    const test_patch =
      `${other.test_patch ?? ""}+    # "a label must be " "shorter than that"\n`.replace(
        "+1,4",
        "+1,5",
      );
    const plan = canariesOf(
      planCanaries({ messages }, { ...other, test_patch }, 1, seededRng(3, "x")),
    );
    expect(plan.filter((one) => one.kind === "message")).toEqual([]);
  });

  test("why a drawn turn has none stands in the record", () => {
    const answer = { messages, challenger: "" } as unknown as Answer;
    const showing = { share: 1, maxPrChars: 40_000, rng: seededRng(3, "x") };
    const none = withCanaries(answer, { ...other, patch: "later" }, showing);
    expect(none).toMatchObject({ canaries_none: "no_diff" });
    expect(withCanaries(answer, other, { ...showing, share: 0 })).toEqual(answer);
  });

  test("what the challenger is not shown is not altered: hints, and what is cut", () => {
    const answer = { messages, challenger: "" } as unknown as Answer;
    const of = (record: PullRequest, maxPrChars: number): readonly Canary[] =>
      withCanaries(answer, record, { share: 1, maxPrChars, rng: seededRng(3, "x") }).canaries ?? [];
    const kinds = (all: readonly Canary[]): string[] => [...new Set(all.map(({ kind }) => kind))];
    expect(kinds(of(other, 40_000))).toEqual(["message", "value", "reference", "line"]);
    const hinted = { ...other, pr_description: "", hints_text: "Fixes #4711." };
    expect(kinds(of(hinted, 40_000))).toEqual(["message", "value", "line"]);
    const long = { ...other, patch: `${other.patch ?? ""}${"# x\n".repeat(2000)}` };
    expect(kinds(of(long, 200)).length).toBeLessThan(4);
    const blind = {
      ...hinted,
      test_patch: "",
      patch: `${"# x\n".repeat(2000)}${other.patch ?? ""}`,
    };
    const none = withCanaries(answer, blind, { share: 1, maxPrChars: 60, rng: seededRng(3, "x") });
    expect(none).toMatchObject({ canaries_none: "not_in_view" });
  });
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
    ["that writes it after a line end", "I will run: python -c 'x = 1\\ntrim_with_grid(x)'."],
    ["that puts it together", 'I will call getattr(slug, "trim_" + "with_grid").'],
  ])("%s has leaked with proof, whatever the limit", (_name, thought) => {
    const found = audit(say(thought));
    expect(found.verdict).toBe("leak");
    const [proof] = found.findings;
    expect(proof?.kind).toBe("canary");
    expect(say(thought).slice(...(proof?.span ?? [0, 0]))).toBe(proof?.text);
  });

  test.each([
    ["there is no pull request's record any more", { pr: null, messages }],
    ["the history has no task", { pr, messages: [{ role: "assistant" as const, content: "ls" }] }],
  ])("has leaked with proof also where %s", (_name, seen) => {
    const leak = { ...seen, answer: say("I will call `trim_with_grid`."), canaries };
    const found = auditAnswer(leak, limits);
    expect(found).toMatchObject({ verdict: "leak", score: 10, findings: [{ kind: "canary" }] });
    expect(found.unchecked).toHaveLength(1);
    const honest = auditAnswer({ ...leak, answer: say("I look.") }, limits);
    expect(honest).toMatchObject({ verdict: "unchecked" });
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
