import { existsSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sweepCache } from "../../../src/io/hub/sweep.ts";
import { tempProject } from "../../support/project.ts";

const NOW = new Date("2026-03-31T12:00:00Z");
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 24 * 3600 * 1000);

test("commits and rows that nobody opened for 30 days go, of any data set; the others stay", async () => {
  const cache = tempProject({
    "hub/o__a/new/tails/x": "1",
    "hub/o__a/old/tails/x": "1",
    "hub/o__a/older/tails/x": "1",
    "hub/o__b/oldest/files/x": "1",
    "rows/draw-o__a-old.jsonl": "1",
    "rows/draw-o__a-new.jsonl": "1",
  });
  const used = {
    "hub/o__a/new": 300,
    "hub/o__a/old": 29,
    "hub/o__a/older": 31,
    "hub/o__b/oldest": 90,
    "rows/draw-o__a-old.jsonl": 31,
    "rows/draw-o__a-new.jsonl": 29,
  };
  for (const [path, days] of Object.entries(used))
    utimesSync(join(cache, path), daysAgo(days), daysAgo(days));
  // The folder that is being opened counts as used now.
  await sweepCache(cache, join(cache, "hub/o__a/new"), NOW);
  const left = Object.keys(used).filter((path) => existsSync(join(cache, path)));
  expect(left).toEqual(["hub/o__a/new", "hub/o__a/old", "rows/draw-o__a-new.jsonl"]);
  await sweepCache(cache, join(cache, "hub/o__c/first"), daysAgo(-31));
  expect(existsSync(join(cache, "hub/o__a/new"))).toBe(false);
  expect(existsSync(join(cache, "hub/o__c/first"))).toBe(true);
});
