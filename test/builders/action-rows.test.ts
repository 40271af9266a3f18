import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import {
  planActions,
  type ActionSettings,
  type ActionSource,
} from "../../src/builders/action-rows.ts";
import { openLocal } from "../../src/io/source/local.ts";

const REAL = resolve("test/fixtures/real");
const open = async (name: string, file: string, cap: number): Promise<ActionSource> => ({
  name,
  cap,
  rows: await openLocal({ root: REAL, pattern: file, key: "--" }, { skipBad: false }),
});
const sources = async (cap = 200): Promise<ActionSource[]> => [
  await open("swe", "smith_tool.jsonl", cap),
  await open("toolbench", "toolbench.jsonl", cap),
];
const settings: ActionSettings = {
  groupBy: "repo",
  seed: 42,
  evalFraction: 0.1,
  maxEval: 2_000,
  maxHistoryChars: 120_000,
  labels: null,
};

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

test("every turn is taken or counted under a reason", async () => {
  const plan = await planActions(await sources(), [], settings);
  const dropped = Object.values(plan.dropped).reduce((sum, n) => sum + n, 0);
  expect(plan.rollouts).toBe(16 + 25);
  expect(plan.taken + dropped).toBe(plan.turns);
  expect(await collect(plan.events())).toHaveLength(plan.taken);
});

test("no source gives more than its cap", async () => {
  const plan = await planActions(await sources(10), [], settings);
  const taken = await collect(plan.events());
  expect(taken.filter(({ event }) => event.rollout.source === "swe")).toHaveLength(10);
  expect(taken.filter(({ event }) => event.rollout.source === "toolbench")).toHaveLength(10);
  expect(plan.rollouts).toBe(20);
  expect(plan.dropped["source_full"]).toBeGreaterThan(0);
});

test("the same seed takes the same turns, another seed others", async () => {
  const keys = async (seed: number): Promise<string[]> =>
    (await collect((await planActions(await sources(20), [], { ...settings, seed })).events())).map(
      ({ event }) => `${event.rollout.id}/${event.at}`,
    );
  expect(await keys(1)).toEqual(await keys(1));
  expect(await keys(1)).not.toEqual(await keys(2));
});

test("groups for eval are groups of taken turns, and some turns are left to learn from", async () => {
  const plan = await planActions(await sources(), [], settings);
  const groups = new Set((await collect(plan.events())).map(({ group }) => group));
  expect(plan.evalGroups.size).toBeGreaterThan(0);
  expect([...plan.evalGroups].every((group) => groups.has(group))).toBe(true);
  expect(plan.evalGroups.size).toBeLessThan(groups.size);
});

test("a history over the limit is counted", async () => {
  const plan = await planActions(await sources(), [], { ...settings, maxHistoryChars: 1_000 });
  expect(plan.dropped["history_too_long"]).toBeGreaterThan(0);
  for (const { event } of await collect(plan.events())) {
    const chars = event.rollout.messages
      .slice(0, event.at)
      .reduce((sum, { content }) => sum + content.length, 0);
    expect(chars).toBeLessThanOrEqual(1_000);
  }
});

test("rows that are no rollouts are counted, not thrown", async () => {
  const { tempProject } = await import("../support/project.ts");
  const root = tempProject({
    "a.jsonl":
      '{"instance_id":"o__r-1","messages":"no json"}\n{"instance_id":"o__r-1","messages":[{"role":"user","content":"x"}],"resolved":true}\n',
  });
  const rows = await openLocal(
    { root, pattern: join(root, "a.jsonl"), key: "--swe" },
    { skipBad: false },
  );
  const plan = await planActions([{ name: "swe", cap: 5, rows }], [], settings);
  expect(plan.dropped).toEqual({ bad_row: 1, no_assistant_turn: 1 });
});
