import { expect, test } from "vitest";
import { sweepTemps } from "../../src/io/sweep.ts";
import { snapshot, tempProject } from "../support/project.ts";

test("sweeping removes temp files of killed processes in stage folders, and nothing else", async () => {
  const root = tempProject({
    "answer/a.json": "{}",
    "answer/a.json.12.3.tmp": "{",
    "report/tries/king/b.json.7.1.tmp": "{",
    "review/a.json.12.3.tmp": "{",
    "notes.12.3.tmp": "mine",
  });
  await sweepTemps(root);
  expect(Object.keys(snapshot(root)).sort()).toEqual([
    "answer/a.json",
    "notes.12.3.tmp",
    "review/a.json.12.3.tmp",
  ]);
});
