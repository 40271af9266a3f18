/** What the list says a turn does. */
import { expect, test } from "vitest";
import { entryOf } from "../../src/viewer/entry.ts";

const RULES = { bucket: { by: "score", final_min: 80, defeat_max: 66 }, mode: 2 } as const;

const commandsOf = (king: string, challenger: string): readonly string[] =>
  entryOf(
    {
      file: "a_1.json",
      path: "answer/a_1.json",
      answer: { instance_id: "a__a-1", king, challenger, assistant: "" },
      score: null,
      review: null,
      broken: [],
    },
    RULES,
  ).commands;

const call = (args: object): string =>
  `I look.\n\n\`\`\`json\n${JSON.stringify({ name: "Grep", arguments: args }, null, 1)}\n\`\`\``;

test.each([
  ["a command is its first line", "```bash\ngrep -rn a \\\n  src\n```", "grep -rn a \\"],
  [
    "a call is its name and arguments in one line",
    call({ pattern: "a b" }),
    '{ "name": "Grep", "arguments": { "pattern": "a b" } }',
  ],
  ["a reply without a block has none", "I am done.", ""],
])("%s", (_title, king, shown) => {
  expect(commandsOf(king, "")).toEqual([shown, ""]);
});

test("a call of any length is cut as a command is", () => {
  const [shown] = commandsOf(call({ pattern: "a".repeat(5_000) }), "");
  expect(shown).toMatch(/^\{ "name": "Grep", "arguments": \{ "pattern": "a+$/);
  expect(shown).toHaveLength(160);
});
