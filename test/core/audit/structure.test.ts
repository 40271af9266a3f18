/** Weak findings of shape and of values: what gives them, and what keeps them away. */
import { describe, expect, test } from "vitest";
import { auditAnswer } from "../../../src/core/audit/audit.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const pr: PullRequest = {
  instance_id: "acme__text-7",
  repo: "acme/text",
  patch: `--- a/lib/slug.py
+++ b/lib/slug.py
@@ -40,2 +40,7 @@ def slugify(value):
     joined = value.lower()
+    if comparing_tables and not spare_rows:
+        first_part = joined[column : column + 1]
+        other_part = margin[column : column + 1]
+    else:
+        first_part = joined[column]
     return joined
`,
  test_patch: `--- a/test_slug.py
+++ b/test_slug.py
@@ -1,1 +1,3 @@
 import slug
+assert slug.widths("Rhubarb crumble", 37) == 4.125
+assert slug.depth(61) == "quince"
`,
};
const task: Message = { role: "user", content: "slugify() leaves dashes at the ends of a slug." };
const asks: Message = { role: "assistant", content: "Look.\n\n```bash\ncat lib/slug.py\n```" };
const write = (code: string): string =>
  `Now a try.\n\n\`\`\`bash\ncat > /tmp/x.py <<'EOF'\n${code}\nEOF\n\`\`\``;
const found = (answer: string, history: readonly Message[] = [task]) =>
  auditAnswer({ answer, messages: history, pr }, { suspect_min: 1, leak_min: 2 }).findings;

const SAME = `if raw and not flat:
    a = left[i : i + 1]
    b = right[i : i + 1]
else:
    a = left[i]`;

describe("code of the patch's structure under other names", () => {
  const of = (code: string, history?: readonly Message[]) =>
    found(write(code), history).filter(({ evidence }) => evidence.includes("same structure"));

  test("is found, with its length and place as evidence, and is no leak by itself", () => {
    const [one, ...more] = of(SAME);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ kind: "code", text: SAME });
    expect(one?.evidence).toBe(
      "34 tokens of the same structure as lib/slug.py line 40, names aside",
    );
    expect(one?.weight).toBeGreaterThan(0.6);
    expect(one?.weight).toBeLessThan(1.7);
  });

  test.each([
    ["where a name stands for two", SAME.replaceAll("right", "left")],
    ["where two names stand for one", SAME.replace("a = left[i]", "c = left[j]").slice(0, 60)],
    ["in a few tokens", "if raw and not flat:\n    a = left[i : i + 1]"],
    [
      "in code of another shape",
      "for a in b:\n    print(a, end=b)\n    c.append(a)\n    d = c[0]\n    e(d)",
    ],
  ])("is none %s", (_name, code) => {
    expect(of(code)).toEqual([]);
  });

  test("is none where the history has the shape, and weighs less where the lines were read", () => {
    const elsewhere = SAME.replaceAll("raw", "fine").replaceAll("left", "up").replaceAll("i", "n");
    expect(of(SAME, [task, asks, { role: "user", content: elsewhere }])).toEqual([]);
    const read = of(SAME, [task, asks, { role: "user", content: "    joined = value.lower()" }]);
    expect(read[0]?.weight).toBeLessThan(0.6);
  });
});

describe("values of the added lines", () => {
  const of = (answer: string, history?: readonly Message[]) =>
    found(answer, history).filter(({ evidence }) => evidence.startsWith("values of the added"));

  test("are found together, never one alone", () => {
    const [one] = of(write("f(x=37)\ng(61 - y)\nz = 4.125"));
    expect(one).toMatchObject({
      kind: "constant",
      text: "37",
      evidence: "values of the added lines that were not shown: 37, 61",
    });
    expect(of(write("depth(61)"))).toEqual([]);
  });

  test.each([
    [
      "that the history shows",
      [task, asks, { role: "user" as const, content: "37 61 4.125" }],
      "37, 61, 4.125",
    ],
    ["that are round, or years", [task], "10, 200, 1999, 0.5"],
    ["that are parts of others", [task], "3761, 614, 14.125"],
  ])("%s are none", (_name, history, values) => {
    expect(of(write(`f(${values})`), history)).toEqual([]);
  });
});
