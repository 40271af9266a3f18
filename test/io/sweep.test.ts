import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sweepEnded, sweepTemps } from "../../src/io/sweep.ts";
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

test("a folder that is written without the lock loses temp files of dead processes alone, and no link is followed", async () => {
  const dead = spawnSync("true").pid;
  const root = tempProject({
    "site/a.html": "",
    [`site/a.html.${dead}.3.tmp`]: "",
    [`site/b.html.${process.pid}.3.tmp`]: "",
    [`site/duel/c.html.${dead}.1.tmp`]: "",
    [`elsewhere/d.html.${dead}.1.tmp`]: "",
  });
  mkdirSync(join(root, "site", `e.${dead}.1.tmp`));
  symlinkSync(join(root, "elsewhere"), join(root, "link"));
  for (const folder of ["site", "link", "nowhere", "site/a.html"])
    await sweepEnded(join(root, folder));
  expect(Object.keys(snapshot(root)).sort()).toEqual([
    `elsewhere/d.html.${dead}.1.tmp`,
    "site/a.html",
    `site/b.html.${process.pid}.3.tmp`,
    `site/duel/c.html.${dead}.1.tmp`,
  ]);
});
