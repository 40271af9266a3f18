import { expect, test } from "vitest";
import { countPrompts, openPrompts } from "../../src/io/prompts.ts";
import { openStore, type Store } from "../../src/io/store.ts";
import { tempProject } from "../support/project.ts";

const prompts = (count: number): object[] =>
  Array.from({ length: count }, (_, row) => ({
    instance_id: `a__b-${row}`,
    repo: "a/b",
    turn: 0,
    messages: [{ role: "user", content: "task" }],
    assistant: "reference",
    origin: { dataset: null, revision: null, file: "t.jsonl", row },
  }));

const workspace = (): Store =>
  openStore(
    tempProject({
      "prompt/prompts_5_001.json": prompts(2),
      "prompt/prompts_5_002.json": prompts(2),
      "prompt/prompts_5_010.json": prompts(1),
    }),
  );

test("how many there will be is guessed from sizes, and known when the last file is read", async () => {
  const reader = await openPrompts(workspace(), {});
  expect(reader.expected()).toEqual({ count: 0, exact: false });
  const seen: { count: number; exact: boolean }[] = [];
  const names: string[] = [];
  for await (const { name } of reader.entries()) {
    names.push(name);
    seen.push(reader.expected());
  }
  expect(names).toEqual([
    "prompts_5_001_1.json",
    "prompts_5_001_2.json",
    "prompts_5_002_1.json",
    "prompts_5_002_2.json",
    "prompts_5_010_1.json",
  ]);
  expect(seen.slice(0, 4).map(({ count, exact }) => [count, exact])).toEqual([
    [5, false],
    [5, false],
    [5, false],
    [5, false],
  ]);
  expect(seen[4]).toEqual({ count: 5, exact: true });
});

test.each([
  [{ limit: 3 }, 3],
  [{ only: "prompts_5_00*_2" }, 2],
])("with %j there are %i", async (options, count) => {
  const reader = await openPrompts(workspace(), options);
  let read = 0;
  for await (const _entry of reader.entries()) read++;
  expect(read).toBe(count);
  expect(reader.expected()).toEqual({ count, exact: true });
});

test("a glob that matches no turn is told", async () => {
  const reader = await openPrompts(workspace(), { only: "nothing" });
  await expect(reader.entries().next()).rejects.toThrow("--only nothing matches none of 5 turns");
});

test("the count of the status is of all files", async () => {
  expect(await countPrompts(workspace())).toBe(5);
});
