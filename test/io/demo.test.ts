import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { holdDemo, makeDemo } from "../../src/io/demo.ts";
import { lockWorkspace } from "../../src/io/lock.ts";
import { snapshot, tempProject } from "../support/project.ts";

const SAMPLE = readFileSync("sample/chain.toml", "utf8");

function project(files: Record<string, string> = {}): string {
  const root = tempProject(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`demo/${name}`, text])),
  );
  cpSync("sample/chain.toml", join(root, "sample/chain.toml"), { recursive: true });
  return root;
}

const kept = {
  "review/prompts_24_001_1.json": "{}",
  "dataset/export/train.jsonl": "{}",
  "notes.md": "mine",
  "answer/notes.txt": "mine",
  "report/mine.md": "mine",
};

test("a demo made anew loses what the stages wrote, and keeps what a person did", async () => {
  const root = project({
    ...kept,
    "prompt/prompts_24_001.json": "[]",
    "commit/a__b-1.json": "{}",
    "answer/prompts_24_001_1.json": "{}",
    "score/_duel.json": "{}",
    "final/prompts_24_001_1.json": "{}",
    "report/report.md": "old",
    "report/ledger.jsonl": "",
    "report/scores.svg": "<svg/>",
    "report/tries/king/prompts_24_001_2.json": "{}",
  });
  const demo = await makeDemo(root);
  expect(demo).toEqual({ root: join(root, "demo"), notes: [] });
  const { "chain.toml": toml, "report/.started": _mark, ...left } = snapshot(demo.root);
  expect(toml).toBe(SAMPLE);
  expect(left).toEqual(kept);
});

test("an edited chain.toml is kept and said; one that an earlier sample had is replaced", async () => {
  const root = project();
  await makeDemo(root);
  writeFileSync(join(root, "sample/chain.toml"), `${SAMPLE}# newer\n`);
  expect((await makeDemo(root)).notes).toEqual([]);
  expect(readFileSync(join(root, "demo/chain.toml"), "utf8")).toContain("# newer");
  writeFileSync(join(root, "demo/chain.toml"), `${SAMPLE}# mine\n`);
  expect((await makeDemo(root)).notes).toEqual([
    "demo/chain.toml was edited: it is kept, and the stages go by it",
  ]);
  expect(readFileSync(join(root, "demo/chain.toml"), "utf8")).toContain("# mine");
});

test("while a stage runs in the demo nothing is taken away", async () => {
  const root = project({ "answer/prompts_24_001_1.json": "{}" });
  const unlock = await lockWorkspace(join(root, "demo"), "king");
  await expect(makeDemo(root)).rejects.toThrow(/king is already running in .*demo/);
  expect(Object.keys(snapshot(join(root, "demo")))).toContain("answer/prompts_24_001_1.json");
  await unlock();
});

test("a start that meets another one says so, and what to do", async () => {
  const root = project();
  const release = await holdDemo(root);
  const hint = `start works in demo/ of the folder you stand in: wait until the other has ended, stop it, or stand in another folder (from a checkout: npm --prefix ${root} start)`;
  await expect(holdDemo(root)).rejects.toMatchObject({
    message: expect.stringMatching(/^start is already running in .*demo \(pid \d+\)$/) as string,
    hint,
  });
  // Its own stages are let in: each takes the workspace's lock.
  const unlock = await lockWorkspace(join(root, "demo"), "king");
  await expect(makeDemo(root)).rejects.toMatchObject({ hint });
  await unlock();
  await makeDemo(root);
  await release();
  await (
    await holdDemo(root)
  )();
  expect(Object.keys(snapshot(join(root, "demo")))).not.toContain(".start.lock");
});
