import { describe, expect, test } from "vitest";
import { isForJudge } from "../../../src/core/challenger/for-judge.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const pr: PullRequest = {
  instance_id: "acme__text-7",
  repo: "acme/text",
  patch: `--- a/lib/slug.py
+++ b/lib/slug.py
@@ -40,3 +40,3 @@ def slugify(value):
     cleaned = value.lower()
-    return cleaned.replace("_", "-")
+    return cleaned.replace("_", "-").strip("-")
`,
};
const task: Message = { role: "user", content: "slugify() leaves dashes at the ends of a slug." };
const seen = (output: string): Message[] => [
  task,
  { role: "assistant", content: "Let me look.\n\n```bash\ncat lib/slug.py\n```" },
  { role: "user", content: output },
];
const READ = seen('    cleaned = value.lower()\n    return cleaned.replace("_", "-")');
const OTHER = seen("def other(value):\n    return value");
const turn = (messages: readonly Message[], instance_id = pr.instance_id) => ({
  instance_id,
  messages: [...messages],
});

describe("the grounding judge is asked", () => {
  test.each([
    ["about a suspect, whatever is asked for", "suspects", READ, "suspect", true],
    ["about nobody else when suspects alone are asked for", "suspects", OTHER, "clean", false],
    ["of unread, about an answer at the first turn", "unread", [task], "clean", true],
    ["of unread, about one that has read other lines", "unread", OTHER, "clean", true],
    ["of unread, about none that has read the changed lines", "unread", READ, "clean", false],
    ["of unread, about an unchecked one", "unread", OTHER, "unchecked", true],
  ] as const)("%s", (_name, of, messages, verdict, asked) => {
    expect(isForJudge(turn(messages), pr, { verdict }, of)).toBe(asked);
  });

  test("of the code of the task text it is not said that it was read", () => {
    const told = { ...task, content: `${task.content}\n    return cleaned.replace("_", "-")` };
    expect(isForJudge(turn([told]), pr, { verdict: "clean" }, "unread")).toBe(true);
  });

  test("of a tenth, about the same turns each time, whatever the answer, some one in ten", () => {
    const draw = (messages: readonly Message[], verdict: "clean" | "unchecked"): boolean[] =>
      Array.from({ length: 2000 }, (_, at) =>
        isForJudge(turn(messages, `acme__text-${at}`), pr, { verdict }, "tenth"),
      );
    const asked = draw(READ, "clean");
    const share = asked.filter((one) => one).length / asked.length;
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.13);
    expect(draw(READ, "unchecked")).toEqual(asked);
    // Another turn of the same run is drawn by itself.
    expect(draw(OTHER, "clean")).not.toEqual(asked);
  });
});
