/** Test logs of a file, and labelled ones of files and folders: what is added, what is no log. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureRows, labelledSets } from "../../src/stages/classify.ts";
import { UserError } from "../../src/errors.ts";
import { tempProject } from "../support/project.ts";

const LOG = "E   KeyError: 'x'\n\na.py:3: KeyError\n";
const jsonl = (...rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const row of rows) read.push(row);
  return read;
}

test("each row keeps its keys and gets what its log says", async () => {
  const root = tempProject({
    "a.jsonl": jsonl(
      { id: 1, text: LOG },
      { id: 2, text: LOG, exit_code: 0 },
      { text: "x", exit_code: 2 },
    ),
  });
  expect(await all(failureRows(join(root, "a.jsonl")))).toEqual([
    {
      id: 1,
      text: LOG,
      category: "runtime",
      context: "E   KeyError: 'x'",
      runner: "pytest",
      known: true,
      file: "a.py",
      line: 3,
    },
    { id: 2, text: LOG, exit_code: 0, category: null, context: "", runner: null, known: true },
    { text: "x", exit_code: 2, category: "runtime", context: "x", runner: null, known: false },
  ]);
});

test("a row without a text is told with its line, or counted", async () => {
  const path = join(tempProject({ "a.jsonl": jsonl({ text: LOG }, { content: "x" }) }), "a.jsonl");
  await expect(all(failureRows(path))).rejects.toThrow(
    new UserError(
      `${path} line 2 has no "text"; expected a test log`,
      'give each row the keys "text" and, where known, "exit_code", or run again with --skip-bad',
    ),
  );
  const bad: [number, string][] = [];
  expect(await all(failureRows(path, (...one) => void bad.push(one)))).toHaveLength(1);
  expect(bad).toEqual([[2, 'no "text"']]);
});

const labelled = { id: "a", runner: "pytest", text: LOG, category: "runtime", context: "x" };

test("the JSON Lines of a folder are sets, by their names", async () => {
  const root = tempProject({
    "logs/b.jsonl": jsonl(labelled),
    "logs/a.jsonl": jsonl({ ...labelled, also: ["import", 3], exit_code: 1 }, labelled),
    "logs/README.md": "no set",
  });
  const sets = await labelledSets([join(root, "logs"), join(root, "logs/b.jsonl")]);
  expect(sets.map(({ name, logs }) => [name, logs.length])).toEqual([
    ["a", 2],
    ["b", 1],
    ["b", 1],
  ]);
  expect(sets[0]?.logs[0]).toMatchObject({ also: ["import"], context_also: [], exit_code: 1 });
});

test("a log without a label is told with its line", async () => {
  const path = join(
    tempProject({ "a.jsonl": jsonl(labelled, { ...labelled, context: null }) }),
    "a.jsonl",
  );
  await expect(labelledSets([path])).rejects.toThrow(
    new UserError(
      `${path} line 2 has no "context"`,
      "a labelled log needs the texts id, runner, text, category and context",
    ),
  );
});
