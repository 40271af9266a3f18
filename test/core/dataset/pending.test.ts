/** Attempts that wait: in memory or aside, they come back whole and in order. */
import { expect, test } from "vitest";
import { pendingAttempts } from "../../../src/core/dataset/pending.ts";
import type { KeptAttempt } from "../../../src/core/dataset/repair.ts";

const attempt = (issue: string, n: number): KeptAttempt => ({
  instance_id: issue,
  repo: "r",
  origin: "a.jsonl",
  model: "",
  attempt: n,
  resolved: false,
  category: "x",
  runner: null,
  known: true,
  issue: "i",
  files: [],
  patch: "p",
  error: null,
  log: `noise\nTraceback (most recent call last):\n  File "a.py", line ${n}, in f\n    g()\nKeyError: ${n}\n`,
});

test.each([
  ["in memory", 1_000_000, 0],
  ["put aside", 150, 6],
])("attempts far apart come back in the order of the log, %s", (_title, maxChars, expected) => {
  const texts: string[] = [];
  const pending = pendingAttempts(
    { put: (text) => texts.push(text) - 1, get: (at) => texts[at] ?? "" },
    maxChars,
  );
  for (const n of [1, 2, 3]) for (const issue of ["a", "b"]) pending.add(attempt(issue, n));
  expect(pending.waiting()).toEqual(["a", "b"]);
  const taken = pending.take("a");
  expect(taken.map((one) => one.attempt)).toEqual([1, 2, 3]);
  expect(texts).toHaveLength(expected);
  if (expected > 0) {
    expect(taken[0]?.log).toBe("");
    expect(taken[0]?.error).toContain("KeyError: 1");
  }
  expect(pending.take("a")).toEqual([]);
  expect(pending.waiting()).toEqual(["b"]);
});
