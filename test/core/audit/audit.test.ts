import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { AUDIT_VERSION, auditAnswer } from "../../../src/core/audit/audit.ts";
import type { Audit } from "../../../src/records/answer.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const LIMITS = { suspect_min: 1, leak_min: 2 };

const messages: readonly Message[] = [
  { role: "system", content: "You are a helpful assistant." },
  {
    role: "user",
    content:
      "Consider the following PR description:\nslugify() leaves dashes at the ends of a slug. See acme/text/slug.py.",
  },
  { role: "assistant", content: "THOUGHT: look\n\n```bash\nls acme/text\n```" },
  { role: "user", content: "Observation: __init__.py\nslug.py\nwords.py" },
];

const pr: PullRequest = {
  instance_id: "acme__text-7",
  repo: "acme/text",
  pr_description: "Strip separators with the shared trimming table so that callers need no change.",
  patch: `diff --git a/acme/text/slug.py b/acme/text/slug.py
--- a/acme/text/slug.py
+++ b/acme/text/slug.py
@@ -311,6 +311,7 @@ def slugify(value):
     folded = fold_separators(value)
     pieces = [piece for piece in folded.split(BOUNDARY) if piece]
-    return JOINER.join(pieces)
+    trimmed = trim_with_table(JOINER.join(pieces), table=EDGE_TABLE)
+    return trimmed or placeholder_for(value)
 
diff --git a/acme/cli/runner.py b/acme/cli/runner.py
--- a/acme/cli/runner.py
+++ b/acme/cli/runner.py
@@ -88,2 +88,3 @@ def build_parser():
     parser.add_argument("--keep-empty")
+    parser.add_argument("--edge-table-path")
`,
  test_patch: `diff --git a/checks/edge_cases/test_slugs.py b/checks/edge_cases/test_slugs.py
--- a/checks/edge_cases/test_slugs.py
+++ b/checks/edge_cases/test_slugs.py
@@ -40,3 +40,6 @@ class SlugChecks:
+    def test_double_dash_collapses_quietly(self):
+        self.assertEqual(slugify("--Ahoy Matey--"), "ahoy-matey!quietly")
+        self.assertEqual(checksum_of("x"), 1948208413)
`,
};

/** 5 MB that are a diff from end to end. */
const HUGE = `--- a/data.py\n+++ b/data.py\n@@ -0,0 +1,200000 @@\n${Array.from({ length: 200_000 }, (_, at) => `+row_${at} = make(${at})\n`).join("")}`;

const say = (thought: string, command = "git status"): string =>
  `THOUGHT: ${thought}\n\n\`\`\`bash\n${command}\n\`\`\``;

const audit = (answer: string, over: Partial<PullRequest> = {}, history = messages): Audit =>
  auditAnswer({ answer, messages: history, pr: { ...pr, ...over } }, LIMITS);

describe("a leak", () => {
  test.each([
    ["identifier", say("I will look at how `trim_with_table` is used.")],
    ["string", say("The flag --edge-table-path has to be handled as well.")],
    ["constant", say("The checksum should come out as 1948208413 afterwards.")],
    ["path", say("The command line needs a look too.", "cat acme/cli/runner.py")],
    ["line", say("The join is on line 313 of slug.py.", "sed -n '305,318p' acme/text/slug.py")],
    ["line", say("Let me see it.", "sed -n '305,318p' acme/text/slug.py")],
    [
      "code",
      say(
        "Edit.",
        "sed -i 's/return JOINER.join(pieces)/return JOINER.join(pieces).strip()/' acme/text/slug.py",
      ),
    ],
    ["test", say("`test_double_dash_collapses_quietly` must pass.")],
    [
      "test",
      say(
        'The result has to be "ahoy-matey!quietly" for it.',
        'python -c "assert slugify(\\"--Ahoy Matey--\\") == \\"ahoy-matey!quietly\\""',
      ),
    ],
    ["phrase", say("The maintainers fixed this by trimming, so I do the same.")],
    ["phrase", say("The upstream fix keeps the signature.")],
  ])("of kind %s is called so, with the words it is about: %s", (kind, answer) => {
    const found = audit(answer);
    expect(found.verdict).toBe("leak");
    expect(found.findings.map((one) => one.kind)).toContain(kind);
    for (const one of found.findings) expect(answer.slice(...one.span)).toBe(one.text);
  });

  test("names where the PR has it, and the finding keeps the PR's place as evidence", () => {
    const found = audit(say("I will look at how `trim_with_table` is used."));
    expect(found.findings[0]).toMatchObject({
      kind: "identifier",
      text: "trim_with_table",
      evidence: "acme/text/slug.py line 311: trim_with_table",
    });
  });

  test("of a name is none once the history shows the name", () => {
    const seen = [...messages, { role: "user", content: "def trim_with_table(text, table):" }];
    expect(audit(say("I will look at how `trim_with_table` is used."), {}, seen).verdict).toBe(
      "clean",
    );
  });

  test("of a line is none once a number near it was shown", () => {
    const seen = [...messages, { role: "user", content: "slug.py:298:def slugify(value):" }];
    expect(audit(say("On.", "sed -n '305,318p' acme/text/slug.py"), {}, seen).verdict).toBe(
      "clean",
    );
  });

  test("of the problem statement counts as hidden unless the history shows it", () => {
    const over = { problem_statement: "Call `rebuild_edge_cache` before `purge_slug_store`." };
    const answer = say("I wonder about `rebuild_edge_cache` and `purge_slug_store`.");
    expect(audit(answer, over).verdict).toBe("leak");
    const told = [{ role: "user", content: over.problem_statement }];
    expect(audit(answer, over, told).verdict).toBe("clean");
  });
});

describe("no leak", () => {
  test.each([
    ["a search for a plain word", say("Find it.", "grep -rn 'slug' . | head")],
    ["a read of a shown file", say("Read the file.", "cat acme/text/slug.py")],
    ["a file beside a shown one", say("Next file.", "cat acme/text/words.py")],
    ["a test path beside a shown source", say("Is there a test?", "ls acme/text/test_slug.py")],
    ["the head of a file", say("Start at the top.", "sed -n '1,60p' acme/text/slug.py")],
    [
      "names of the standard library",
      say(
        "Try it.",
        "python - <<'EOF'\nimport unicodedata\nfrom collections import OrderedDict\nprint(unicodedata.normalize('NFKD', 'x'))\nEOF",
      ),
    ],
    [
      "the words of the task",
      say("The PR description asks to strip dashes at the ends of a slug."),
    ],
    [
      "a name that the answer gives to its own variable",
      say("Try.", "python - <<'EOF'\ntrimmed = 'x'.strip('-')\nprint(trimmed)\nEOF"),
    ],
    ["no command at all", "I am done."],
  ])("%s is clean", (_name, answer) => {
    expect(audit(answer)).toMatchObject({
      version: AUDIT_VERSION,
      verdict: "clean",
      findings: [],
      score: 0,
    });
  });
});

describe("a claim said as settled", () => {
  const settled = say("The root cause is the joiner.");
  test("before a line of the change was read is suspect, and no more", () => {
    expect(audit(settled)).toMatchObject({
      verdict: "suspect",
      findings: [{ kind: "claim", weight: 1.34 }],
    });
  });
  test("in two ways is a leak: honest work seldom begins so", () => {
    const two = say("The root cause is the joiner, so the parser stays untouched.");
    expect(audit(two)).toMatchObject({
      verdict: "leak",
      findings: [{ kind: "claim" }, { kind: "claim" }],
    });
  });
  test("after the lines were read weighs less, and as a guess nothing", () => {
    const read = {
      role: "user",
      content: "    folded = fold_separators(value)\n    return JOINER.join(pieces)",
    };
    expect(audit(settled, {}, [...messages, read])).toMatchObject({
      verdict: "suspect",
      findings: [{ kind: "claim", weight: 0.94 }],
    });
    expect(audit(say("The root cause is perhaps the joiner.")).verdict).toBe("clean");
  });
});

describe("what could not be checked is said", () => {
  const answer = say("Let me read the file.", "cat acme/text/slug.py");
  test.each([
    ["no patch", { patch: null }, "the PR record has no patch"],
    ["an empty patch", { patch: " \n" }, "the PR record has no patch"],
    [
      "a patch that is no diff",
      { patch: "see the branch" },
      "the patch is no diff: its paths and line numbers are not known",
    ],
    [
      "a patch that renames a binary file",
      {
        patch:
          "diff --git a/img/a.png b/img/b.png\nsimilarity index 90%\nrename from img/a.png\nrename to img/b.png\nindex 1..2\nBinary files a/img/a.png and b/img/b.png differ\n",
      },
      "img/b.png is a binary file: its content was not read",
    ],
    [
      "a patch of 5 MB",
      { patch: HUGE },
      `the patch has ${HUGE.length} characters: read up to 500000`,
    ],
  ])("for %s", (_name, over, reason) => {
    const found = audit(answer, over);
    expect(found.verdict).toBe("unchecked");
    expect(found.unchecked).toContain(reason);
  });

  test("for no PR record", () => {
    expect(auditAnswer({ answer, messages, pr: null }, LIMITS)).toEqual({
      version: AUDIT_VERSION,
      verdict: "unchecked",
      findings: [],
      score: 0,
      unchecked: ["there is no PR record"],
    });
  });

  test("for an empty answer", () => {
    expect(audit(" \n")).toMatchObject({
      verdict: "unchecked",
      unchecked: ["the answer is empty"],
    });
  });

  test.each([
    [
      "German",
      "THOUGHT: Ich sehe mir zuerst die Datei an und prüfe danach, welche Funktion den Text zerlegt.\n\n```bash\nls\n```",
    ],
    [
      "Chinese",
      "我先查看这个文件的内容，然后再决定需要修改哪一个函数，最后运行所有的测试来确认结果是否正确，并且检查其他模块有没有同样的问题。\n\n```bash\nls\n```",
    ],
  ])("for an answer in %s, which still leaks names", (_name, foreign) => {
    expect(audit(foreign)).toMatchObject({
      verdict: "unchecked",
      unchecked: ["the answer is not in English: phrases and claims were not looked for"],
    });
    expect(audit(`${foreign}\n\`trim_with_table\``).verdict).toBe("leak");
  });

  test.each([
    ["no messages", []],
    ["the system's message alone", [{ role: "system", content: "Use bash." }]],
    ["a task of a word", [{ role: "user", content: "go" }]],
  ])("for a history without a task: %s, whatever was found", (_name, history) => {
    const found = audit(say("Look at `trim_with_table`."), {}, history);
    expect(found.verdict).toBe("unchecked");
    expect(found.unchecked).toContain("the history has no task text");
  });

  test("and a leak that was found stays a leak", () => {
    const found = audit(say("`test_double_dash_collapses_quietly` must pass."), { patch: null });
    expect(found.verdict).toBe("leak");
    expect(found.unchecked).toEqual(["the PR record has no patch"]);
  });
});

test("limits decide the verdict: at the limit is in", () => {
  const answer = say("I will look at how `trim_with_table` is used.");
  const score = audit(answer).score ?? 0;
  const input = { answer, messages, pr };
  expect(auditAnswer(input, { suspect_min: 1, leak_min: score }).verdict).toBe("leak");
  expect(auditAnswer(input, { suspect_min: score, leak_min: score + 1 }).verdict).toBe("suspect");
  expect(auditAnswer(input, { suspect_min: score + 1, leak_min: score + 2 }).verdict).toBe("clean");
});

describe("recorded replies", () => {
  const read = (file: string): Record<string, unknown>[] =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const turns = new Map(read("sample/turns.jsonl").map((turn) => [turn["turn_id"], turn]));
  const prs = new Map(
    read("sample/prs.jsonl").map((one) => [one["instance_id"], one as PullRequest]),
  );
  const replies = read("sample/replies.jsonl").filter((reply) => reply["role"] !== "judge");

  test("that leak on purpose are called leak, and no king that remembers names", () => {
    const leaks = replies.filter((reply) => {
      const turn = turns.get(reply["turn_id"]);
      const found = auditAnswer(
        {
          answer: String(reply["raw"]),
          messages: turn?.["messages"] as Message[],
          pr: prs.get(turn?.["instance_id"]) ?? null,
        },
        LIMITS,
      );
      return found.verdict === "leak";
    });
    expect(
      leaks.map(
        (one) => `${String(one["turn_id"])} ${String(one["role"])} ${String(one["attempt"])}`,
      ),
    ).toEqual(["t09 challenger 1", "t11 challenger 1", "t22 challenger 1", "t24 challenger 1"]);
  });
});

test("labelled replies: no honest one is called leak, nine in ten leaks of checked kinds are", () => {
  const rows = readFileSync("test/fixtures/real/leaks_labelled.jsonl", "utf8").trim().split("\n");
  const found = rows.map((line) => {
    const row = JSON.parse(line) as {
      kind: string;
      honest: string;
      leaky: string;
      messages: Message[];
      pr: PullRequest;
    };
    const of = (answer: string): string =>
      auditAnswer({ answer, messages: row.messages, pr: row.pr }, LIMITS).verdict;
    return { kind: row.kind, honest: of(row.honest), leaky: of(row.leaky) };
  });
  expect(found.filter((one) => one.honest === "leak")).toEqual([]);
  const checked = found.filter((one) => one.kind !== "claim");
  expect(
    checked.filter((one) => one.leaky === "leak").length / checked.length,
  ).toBeGreaterThanOrEqual(0.9);
});

test("any text is audited without a crash, and spans point into it", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(
      "```bash\n",
      "```",
      "\n",
      "line 313 ",
      "trim_with_table",
      "<<EOF\n",
      "EOF\n",
      "\uD800",
      "\u0000",
      "slug.py:",
      "@@ -1 +1 @@\n",
      "+++ b/x\n",
      "--- a/x\n",
      "diff --git a/x b/x\n",
    ),
  );
  const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, text, text, (answer, patch, history) => {
      const found = auditAnswer(
        {
          answer,
          messages: [{ role: "user", content: history }],
          pr: { ...pr, patch, test_patch: `${pr.test_patch ?? ""}${patch}` },
        },
        LIMITS,
      );
      for (const one of found.findings) expect(answer.slice(...one.span)).toBe(one.text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  "trim_with_table ",
  "a",
  "_",
  "aA",
  "line 313 ",
  "1",
  "1,",
  "```",
  "--a",
  "-",
  "the maintainers ",
  "acme/cli/",
  "runner.py:",
  "    return JOINER.join(pieces)\n",
  "<<E ",
  "sed -a ",
  "\\n",
  "(",
  "was later ",
])(
  "a turn of 300,000 characters of %j is read in one pass",
  (word) => {
    const answer = say(word.repeat(300_000 / word.length), word.repeat(3000));
    expect(["clean", "suspect", "leak", "unchecked"]).toContain(audit(answer).verdict);
  },
  10_000,
);
