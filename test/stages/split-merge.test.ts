import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import type { Part } from "../../src/io/split.ts";
import { merge } from "../../src/stages/merge.ts";
import { split } from "../../src/stages/split.ts";
import { promptsOf } from "../support/king-world.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { LEDGER_CALL } from "../support/ledger-call.ts";

const call = (id: string, event: "intent" | "outcome", item: string, usd = 0.5): string =>
  `${JSON.stringify({
    ...LEDGER_CALL,
    id,
    event,
    time: "2026-01-02T03:04:05.000Z",
    item,
    usd,
    latency_ms: null,
    outcome: event === "intent" ? null : "ok",
  })}\n`;

const both = (id: string, item: string): string =>
  call(id, "intent", item, 1) + call(id, "outcome", item);

/** A workspace of its own folder, so that what is made beside it goes away with it. */
function whole(more: Record<string, unknown> = {}): string {
  const prompts = promptsOf(4);
  const files = Object.fromEntries(
    prompts.map((prompt, at) => [`ws/prompt/prompts_${at + 1}_001.json`, [prompt]]),
  );
  const commits = Object.fromEntries(
    prompts.map(({ instance_id }) => [`ws/commit/${instance_id}.json`, { instance_id }]),
  );
  const chain = "[budget]\nmax_usd = 10.0\nmax_tokens = 1000\n";
  return join(tempProject({ ...files, ...commits, "ws/chain.toml": chain, ...more }), "ws");
}

const splitOf = (root: string, count: number): Promise<readonly Part[]> =>
  split(loadConfig(root, {}), openStore(root), { count, to: dirname(root) });

const mergeOf = (root: string, parts: readonly string[]): ReturnType<typeof merge> =>
  merge(openStore(root), parts);

/** Answers every prompt of a part, with a call in its ledger. */
function answerAll(root: string, id = "run-1"): void {
  mkdirSync(join(root, "answer"), { recursive: true });
  mkdirSync(join(root, "report"), { recursive: true });
  let ledger = "";
  for (const file of readdirSync(join(root, "prompt"))) {
    const name = file.replace(".json", "_1.json");
    writeFileSync(join(root, "answer", name), `${JSON.stringify({ name })}\n`);
    ledger += both(`${id}-${name}`, `king/${name}/1`);
  }
  writeFileSync(join(root, "report/ledger.jsonl"), ledger + both(id, `king/of ${root}/1`));
}

test("a split deals prompt files by hash, with their commits and a share of what is left", async () => {
  const root = whole({ "ws/report/ledger.jsonl": both("a-1", "king/x/1") });
  const parts = await splitOf(root, 2);
  expect(parts.map((part) => part.root)).toEqual([`${root}-part-1`, `${root}-part-2`]);
  expect(parts.map((part) => part.files.length)).toEqual([2, 2]);
  expect(parts.flatMap((part) => part.files).sort()).toEqual(readdirSync(join(root, "prompt")));
  for (const part of parts) {
    const config = loadConfig(part.root, {});
    expect(config.budget).toMatchObject({ max_usd: 4.75, max_tokens: 492 });
    expect(readdirSync(join(part.root, "commit"))).toHaveLength(2);
    for (const file of part.files) {
      const path = join("prompt", file);
      expect(readFileSync(join(part.root, path))).toEqual(readFileSync(join(root, path)));
    }
  }
});

test("a split of a workspace that has answers is refused, and nothing is made", async () => {
  const root = whole({ "ws/answer/prompts_1_001_1.json": {} });
  await expect(splitOf(root, 2)).rejects.toThrow(
    "split: the workspace has answers already (answer/prompts_1_001_1.json)",
  );
  expect(existsSync(`${root}-part-1`)).toBe(false);
});

test("a split into more parts than there are prompt files is refused", async () => {
  await expect(splitOf(whole(), 5)).rejects.toThrow("split: 5 workspaces of 4 prompt files");
});

test("a split of a workspace without prompts is refused", async () => {
  await expect(splitOf(tempProject(), 2)).rejects.toThrow("split: prompt/ holds no prompts");
});

test("a split does not write into a folder that is there", async () => {
  const root = whole();
  await splitOf(root, 2);
  await expect(splitOf(root, 2)).rejects.toThrow(`split: ${root}-part-1 is there already`);
});

test("a merge brings answers and every call of all ledgers together, also where ids are the same", async () => {
  const root = whole();
  const parts = (await splitOf(root, 2)).map((part) => part.root);
  for (const part of parts) answerAll(part);
  expect(await mergeOf(root, parts)).toEqual({ files: 4, same: 8, calls: 6 });
  expect(readdirSync(join(root, "answer"))).toHaveLength(4);
  const lines = readFileSync(join(root, "report/ledger.jsonl"), "utf8").trim().split("\n");
  const ids = lines.map((line) => JSON.parse(line) as { id: string; event: string });
  const intents = ids.filter(({ event }) => event === "intent").map(({ id }) => id);
  const outcomes = ids.filter(({ event }) => event === "outcome").map(({ id }) => id);
  expect(new Set(intents).size).toBe(6);
  expect(outcomes.sort()).toEqual(intents.sort());
});

test("a merge of the same workspaces again changes nothing", async () => {
  const root = whole();
  const parts = (await splitOf(root, 2)).map((part) => part.root);
  for (const part of parts) answerAll(part);
  await mergeOf(root, parts);
  const before = snapshot(root);
  expect(await mergeOf(root, parts)).toMatchObject({ files: 0, calls: 0 });
  expect(snapshot(root)).toEqual(before);
});

test("a merge leaves the lines of the ledger as they are, but for one that was torn off", async () => {
  const root = whole();
  const parts = (await splitOf(root, 2)).map((part) => part.root);
  for (const part of parts) answerAll(part);
  await mergeOf(root, parts.slice(0, 1));
  const ledger = join(root, "report/ledger.jsonl");
  const before = readFileSync(ledger, "utf8");
  writeFileSync(ledger, `${before}{"id":"torn","event":"int`);
  await mergeOf(root, parts);
  const after = readFileSync(ledger, "utf8");
  expect(after.startsWith(before)).toBe(true);
  expect(after).not.toContain("torn");
  expect(readdirSync(join(root, "report")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a merge that finds a broken ledger writes nothing", async () => {
  const root = whole();
  const parts = (await splitOf(root, 2)).map((part) => part.root);
  for (const part of parts) answerAll(part);
  const [, last = ""] = parts;
  writeFileSync(join(last, "report/ledger.jsonl"), "no line\n{}\n");
  const before = snapshot(root);
  await expect(mergeOf(root, parts)).rejects.toThrow(
    "report/ledger.jsonl line 1 is no ledger line",
  );
  expect(snapshot(root)).toEqual(before);
});

test("a name with other content in two workspaces is refused before anything is written", async () => {
  const root = whole();
  const [one = "", two = ""] = (await splitOf(root, 2)).map((part) => part.root);
  answerAll(one);
  cpSync(join(one, "answer"), join(two, "answer"), { recursive: true });
  const [name = ""] = readdirSync(join(two, "answer"));
  writeFileSync(join(two, "answer", name), "{}\n");
  const before = snapshot(root);
  await expect(mergeOf(root, [one, two])).rejects.toThrow(
    `merge: answer/${name} has other content in ${one} than in ${two}; nothing was merged`,
  );
  expect(snapshot(root)).toEqual(before);
});

test("what weighs all turns together is not taken over", async () => {
  const root = whole();
  const part = tempProject({ "score/_duel.json": {}, "score/a.json": {}, "report/report.md": "x" });
  await mergeOf(root, [part]);
  expect(readdirSync(join(root, "score"))).toEqual(["a.json"]);
  expect(existsSync(join(root, "report/report.md"))).toBe(false);
});

test.each([
  ["twice", (one: string): string[] => [one, one], "is named twice"],
  ["into itself", (_one: string, root: string): string[] => [root], "that is merged into"],
  ["of nothing", (): string[] => [], "merge: no workspace is named"],
])("a merge %s is refused", async (_name, partsOf, words) => {
  const root = whole();
  const part = tempProject({ "score/a.json": {} });
  await expect(mergeOf(root, partsOf(part, root))).rejects.toThrow(words);
});
