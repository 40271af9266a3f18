import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { prompt } from "../../src/stages/prompt.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { tempProject } from "../support/project.ts";

const twelve = "one two three four five six seven eight nine ten eleven twelve";
const row = (id: string): string =>
  JSON.stringify({
    instance_id: id,
    repo: "o/n",
    messages: [
      { role: "user", content: `task ${id}` },
      { role: "assistant", content: "one" },
    ],
  });
const pull = (id: string, text: string): string =>
  JSON.stringify({ instance_id: id, repo: "o/n", patch: "x", problem_statement: text });

function draw(files: Record<string, string>, keys: string): Promise<StageSummary> {
  const root = tempProject({
    "chain.toml": `[source]\ntrajectories = "t.jsonl"\nprs = "p.jsonl"\ncount = 5\n${keys}\n`,
    "t.jsonl": [row("a__b-1"), row("a__b-2")].join("\n"),
    "p.jsonl": [pull("a__b-1", `first ${twelve} last`), pull("a__b-2", "something else")].join(
      "\n",
    ),
    ...files,
  });
  return prompt(
    loadConfig(root, {}),
    { store: openStore(root), progress: silentProgress },
    { force: false, retry: false, skipBad: false },
  );
}

test.each([
  [
    "lines.jsonl",
    `${JSON.stringify(`about ${twelve}`)}\n\n${JSON.stringify({ problem_statement: "x" })}\n`,
  ],
  ["records.jsonl", JSON.stringify({ instance_id: "x", problem_statement: `about ${twelve}` })],
  ["plain.txt", `a first problem\n\nabout ${twelve}\n`],
])(
  "a pull request that shares 12 words with a problem of %s is left out and counted",
  async (name, text) => {
    const summary = await draw({ [name]: text }, `held_out = "${name}"`);
    expect(summary).toMatchObject({ read: 2, kept: 1, dropped: { held_out_overlap: 1 } });
  },
);

test("held_out_min is the number of shared 12-grams from which on it is left out", async () => {
  const files = { "plain.txt": twelve };
  expect(await draw(files, 'held_out = "plain.txt"\nheld_out_min = 2')).toMatchObject({
    kept: 2,
    dropped: {},
  });
});

test.each([
  [
    "that is not there",
    {},
    "none.jsonl",
    /\[source\]\.held_out: .*none\.jsonl cannot be read \(ENOENT\)/,
  ],
  [
    "with a broken line",
    { "h.jsonl": '"fine"\n{"problem_sta' },
    "h.jsonl",
    /h\.jsonl line 2 is neither a JSON string nor a record with one of problem_statement/,
  ],
  [
    "with a record of other fields",
    { "h.jsonl": '{"id": 3}' },
    "h.jsonl",
    /h\.jsonl line 1 is neither/,
  ],
  ["without a problem", { "h.txt": "\n \n" }, "h.txt", /h\.txt holds no problem/],
])(
  "a file of held-out problems %s is an error that says where",
  async (_name, files, name, message) => {
    await expect(draw(files, `held_out = "${name}"`)).rejects.toThrow(message);
  },
);
