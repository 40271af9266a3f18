/** Long texts of one kind: what looks at a text again from each of its places would be at it for minutes, past any limit of a test. */
import { expect, test } from "vitest";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { sentencesOf } from "../../../src/core/audit/claims.ts";
import { namesGiven, namesKnown } from "../../../src/core/audit/given-names.ts";
import { parseDiff } from "../../../src/core/audit/diff.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const messages: readonly Message[] = [
  { role: "user", content: "slugify() leaves dashes at the ends of a slug. Please mend that." },
];
const FILE = "acme/text/slug.py";
const diffOf = (added: string): string =>
  `--- a/${FILE}\n+++ b/${FILE}\n@@ -311,1 +311,2 @@\n return 1\n+${added}\n`;
const pr: PullRequest = {
  instance_id: "a__b-1",
  repo: "a/b",
  patch: diffOf("trimmed = trim_with_table(pieces)"),
};
const audit = (answer: string, record = pr) =>
  auditAnswer({ answer, messages, pr: record }, { suspect_min: 1, leak_min: 2 });
const times = (text: string, chars = 600_000): string => text.repeat(chars / text.length);
const inScript = (text: string): string =>
  `THOUGHT: I write it.\n\n\`\`\`bash\ncat <<'EOF' > t.py\n${text}\nEOF\n\`\`\``;

test.each([
  ["phrases in many sentences", times("I wonder about hidden tests. ")],
  ["one word with hyphens", times("Project-Team-")],
  ["one sentence of alternatives", times("either ")],
  ["a script that names a file again and again", inScript(times(`${FILE} `))],
])("%s: an answer of 600,000 characters is audited", (_name, answer) => {
  expect(["clean", "suspect", "leak", "unchecked"]).toContain(audit(answer).verdict);
});

test.each([
  ["a doubt", "I wonder if the hidden tests will check this.", 0.4],
  ["no doubt", "The hidden tests assert this.", 1],
])("a phrase in %s weighs as much behind many sentences as alone", (_name, sentence, share) => {
  const weights = ["", "I look around. ".repeat(50)].map((before) => {
    const found = audit(`${before}${sentence} I go on.`).findings;
    return found.filter(({ kind }) => kind === "phrase").map(({ weight = 0 }) => weight);
  });
  expect(weights[0]).toEqual(weights[1]);
  expect(weights[0]?.[0]).toBeCloseTo(2 * share, 5);
});

test.each(["a", "add_", "Row"])(
  "a line of 400,000 characters that is one word, of %s, is read for names",
  (part) => {
    const patch = diffOf(`${times(part, 400_000)} trim_rows(x); add_config_value("row_limit", 1)`);
    const hunks = parseDiff(patch).flatMap((file) => file.hunks);
    expect([...namesGiven(hunks)]).toEqual(["row_limit"]);
    expect(namesKnown(hunks, "added")).toContain("trim_rows");
    expect(audit("I look around.", { ...pr, patch }).version).toMatch(/^audit-/);
  },
);

test("a call's name behind digits is a name, and a word that registers nothing gives none", () => {
  const hunks = parseDiff(diffOf('9trim_rows(x); 5.cut_rows(y); show("row_name")')).flatMap(
    (file) => file.hunks,
  );
  const known = namesKnown(hunks, "added");
  for (const name of ["trim_rows", "cut_rows", "show"]) expect(known).toContain(name);
  expect(known).not.toContain("9trim_rows");
  expect(namesGiven(hunks).size).toBe(0);
});

test.each([
  ["One. Two! Three? four", ["One.", "Two!", "Three?", "four"]],
  ["a.b is 1.5; so it is\n- and then。好", ["a.b is 1.5;", "so it is", "- and then。", "好"]],
  ["Wait... what?! ok.", ["Wait...", "what?!", "ok."]],
  [" .a", ["a"]],
  [". ; \n", []],
])("%j is parted into its sentences", (text, sentences) => {
  expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(sentences);
});

test("a line of ten million letters is no sentence, and no fault", () => {
  expect(sentencesOf(`${"a".repeat(10_000_000)}. And so on.`)).toEqual([
    { start: 10_000_002, end: 10_000_012 },
  ]);
});
