import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { sweepTemps } from "../../src/io/sweep.ts";
import { snapshot, tempProject } from "../support/project.ts";

test("sweeping removes temp files of killed processes in stage folders, of the lock and of reviews, and nothing else", async () => {
  const dead = spawnSync("true").pid;
  const root = tempProject({
    [`.lock.${dead}.tmp`]: "{",
    [`.lock.${dead}.stale.tmp`]: "{",
    [`.lock.${process.pid}.tmp`]: "{",
    [`review/b.json.${dead}.3.tmp`]: "{",
    [`review/c.json.${process.pid}.3.tmp`]: "{",
    "answer/a.json": "{}",
    "answer/a.json.12.3.tmp": "{",
    "report/tries/king/b.json.7.1.tmp": "{",
    "notes.12.3.tmp": "mine",
  });
  await sweepTemps(root);
  expect(Object.keys(snapshot(root)).sort()).toEqual([
    `.lock.${process.pid}.tmp`,
    "answer/a.json",
    "notes.12.3.tmp",
    `review/c.json.${process.pid}.3.tmp`,
  ]);
});
