/** What a kill left behind goes with the next run, also where that has nothing to do. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../src/io/journal.ts";
import type { ChatRequest, Engine } from "../../src/work.ts";
import { parseConfig } from "../../src/config.ts";
import { openModels } from "../../src/command/models.ts";
import { king } from "../../src/stages/king.ts";
import { batchProject, GOOD, ledgerOf, runKing, tomlOf } from "../support/batch-king.ts";
import { replyOf, silentProgress } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { promptsOf } from "../support/king-world.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const LOCAL = tomlOf('name = "local"');
const request: ChatRequest = {
  provider: "p",
  model: "m",
  messages: [{ role: "user", content: "task" }],
  temperature: 1,
  max_tokens: 10,
  tag: { role: "king", history_hash: "h", attempt: 1 },
};

/** A workspace whose only turn is answered. */
function answered(): string {
  const root = batchProject(1);
  mkdirSync(join(root, "answer"), { recursive: true });
  const answer = {
    instance_id: "a__b-1",
    king: GOOD,
    challenger: "",
    assistant: "a",
    messages: [],
  };
  writeFileSync(join(root, "answer/prompts_1_001_1.json"), JSON.stringify(answer));
  return root;
}

test("a journal of which every reply is filed goes, though nothing is asked", async () => {
  const root = answered();
  (await openJournal(root)).keep("king/prompts_1_001_1.json/1", request, replyOf(GOOD));
  expect(await runKing(root, LOCAL)).toMatchObject({ kept: 1, asked: 0 });
  expect(existsSync(join(root, "answer/.replies.jsonl"))).toBe(false);
});

test("a reply that was not filed stays in the journal for the stage that asked for it", async () => {
  const root = answered();
  (await openJournal(root)).keep("challenger/prompts_1_001_1.json/1", request, replyOf(GOOD));
  await runKing(root, LOCAL);
  const journal = await openJournal(root);
  expect(journal.take("challenger/prompts_1_001_1.json/1", request)).toEqual(replyOf(GOOD));
});

test("a recorded reply that a kill left unfiled is taken up, and counted as one call", async () => {
  const [prompt] = promptsOf(1);
  const turn = { turn_id: "t1", messages: prompt?.messages };
  const seat = { turn_id: "t1", role: "king", judge: null, order: null, attempt: 1 };
  const reply = { ...seat, raw: GOOD, finish_reason: "stop", reasoning_content: null };
  const root = tempProject({
    "prompt/prompts_1_001.json": [prompt],
    "rec/turns.jsonl": `${JSON.stringify(turn)}\n`,
    "rec/replies.jsonl": `${JSON.stringify(reply)}\n`,
  });
  const toml = '[king]\nprovider = "offline"\nmodel = "m"\n[offline]\ndir = "rec"\n';
  const config = { ...parseConfig(toml, "chain.toml"), root, env: {} };
  const { signal } = new AbortController();
  const world = { now: () => new Date(), progress: silentProgress, signal };
  const models = openModels({ config, stage: "king", flags: OPTIONS, ...world });
  const ending = (): Promise<never> => Promise.reject(new Error("the run ends here"));
  const killed: Engine = (items, _file, unasked) => models.engine(items, ending, unasked);
  const deps = testDeps(root, () => Promise.reject(new Error("unused")));
  await expect(king(config, { ...deps, engine: killed }, OPTIONS)).rejects.toThrow("ends here");
  await models.close();
  expect(ledgerOf(root)).toHaveLength(2);
  expect(await runKing(root, toml)).toMatchObject({ kept: 1, dropped: {} });
  expect(ledgerOf(root)).toHaveLength(2);
  expect(existsSync(join(root, "answer/.replies.jsonl"))).toBe(false);
});

test("a builder sweeps what a killed process left in the workspace", async () => {
  const dead = spawnSync("true").pid;
  const log = { instance_id: "a__b-1", repo: "a/b", attempt: 1, resolved: true, patch: "" };
  const root = tempProject({
    [`.lock.${dead}.tmp`]: "{",
    [`report/run.json.${dead}.1.tmp`]: "{",
    "logs.jsonl": `${JSON.stringify(log)}\n`,
  });
  await runScriptFile("repair", ["--root", root, "--input", join(root, "logs.jsonl")]);
  expect(Object.keys(snapshot(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
