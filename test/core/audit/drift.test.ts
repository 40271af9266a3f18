import { expect, test } from "vitest";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import { driftOf } from "../../../src/core/audit/drift.ts";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import { driftBlocks } from "../../../src/core/report/story-drift.ts";
import type { Audit } from "../../../src/records/answer.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const pr: PullRequest = {
  instance_id: "acme__text-7",
  repo: "acme/text",
  patch: `--- a/lib/slug.py
+++ b/lib/slug.py
@@ -40,2 +40,2 @@ def slugify(value):
-    return value.lower()
+    return value.lower().strip("-")
`,
};
const task: Message = { role: "user", content: "slugify() leaves dashes at the ends of a slug." };
const opened: Message[] = [
  task,
  { role: "assistant", content: "Let me look.\n\n```bash\ncat lib/slug.py\n```" },
  { role: "user", content: "def slugify(value):\n    return value.lower()" },
];
const say = (thought: string, command: string): string =>
  `${thought}\n\n\`\`\`bash\n${command}\n\`\`\``;
const manner = (answer: string, messages: readonly Message[]): Audit["manner"] =>
  auditAnswer({ answer, messages, pr }, { suspect_min: 1, leak_min: 2 }).manner;
const EDIT = "sed -i 's/lower()/lower().strip()/' lib/slug.py";
const SCRIPT = `python - <<'EOF'\np = 'lib/slug.py'\ns = open(p).read()\nopen(p, 'w').write(s.replace('a', 'b'))\nEOF`;

test.each([
  [
    "looks",
    say("It may be here. Maybe.", "cat lib/slug.py"),
    [task],
    [5, 2, false, false, null, true],
  ],
  ["edits what it has seen", say("Now mend it.", EDIT), opened, [3, 0, true, true, true, null]],
  ["edits by a script", say("Now mend it.", SCRIPT), opened, [3, 0, true, true, true, null]],
  ["edits unseen", say("Mend it.", EDIT), [task], [2, 0, true, true, false, false]],
  ["looks elsewhere", say("Look.", "ls"), [task], [1, 0, false, false, null, false]],
  [
    "edits once more",
    say("Again.", EDIT),
    [...opened, { role: "assistant" as const, content: say("Mend.", EDIT) }],
    [1, 0, true, false, true, null],
  ],
])(
  "an answer that %s",
  (_name, answer, messages, [words, hedges, edits, first_edit, looked, views]) => {
    expect(manner(answer, messages)).toEqual({ words, hedges, edits, first_edit, looked, views });
  },
);

test("king and challenger of the same turns stand side by side, turns of older audits left out", () => {
  const of = (answer: string, messages: readonly Message[]): Audit =>
    auditAnswer({ answer, messages, pr }, { suspect_min: 1, leak_min: 2 });
  const rows = [
    {
      turn: 0,
      king_audit: of(say("It may be here. Maybe.", "cat lib/slug.py"), [task]),
      audit: of(say("Mend it.", EDIT), [task]),
    },
    {
      turn: 1,
      king_audit: of(say("Now mend it.", EDIT), opened),
      audit: of(say("See.", "ls"), opened),
    },
    { turn: 9, audit: of(say("See.", "ls"), opened) },
    { turn: 9, king_audit: { verdict: "clean" as const, findings: [] }, audit: of("x", opened) },
  ];
  const drift = driftOf(rows);
  expect(drift).toEqual({
    turns: 2,
    king: {
      words: 4,
      hedges: 25,
      looked: { hits: 1, n: 1 },
      first_edit: 1,
      first_edits: 1,
      views: { hits: 1, n: 1 },
    },
    challenger: {
      words: 1.5,
      hedges: 0,
      looked: { hits: 0, n: 1 },
      first_edit: 0,
      first_edits: 1,
      views: { hits: 0, n: 1 },
    },
  });
  const text = markdownOf({ title: "t", blocks: driftBlocks(drift) });
  expect(text).toContain("How both go about 2 turns.");
  expect(text).toMatch(/words a turn, code left out \| 4\.0 \| 1\.5 \|/);
  expect(text).toMatch(
    /turn of the first edit of a changed file, mean \| 1\.0 \(1\) \| 0\.0 \(1\) \|/,
  );
  expect(driftBlocks(driftOf([]))).toEqual([]);
});
