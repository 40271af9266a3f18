/**
 * No log makes the readers work out of proportion: lines that begin like a form and go on with what its
 * pattern could backtrack over, 5 MB of each, within a second of processor time.
 */
import { expect, test } from "vitest";
import { BEGINS, HOLDS } from "../../../src/core/failure/forms.ts";
import { readFailure } from "../../../src/core/failure/read.ts";

const MEGABYTES = 5;

/** Fillers against nested quantifiers, lazy gaps and optional parts. */
const FILLERS = [" ", "a", "a.", "1:1: ", "(", "aError ", "at a (b.js:1:1) ", "\u00e9", "'"];

const heads = [
  ...Object.values(BEGINS).flat(),
  ...Object.values(HOLDS),
  "a:1: ",
  "\u001b[",
  "1) a:",
];

test.each(FILLERS)("lines of every form, filled with %j", (filler) => {
  const forms = heads.map((head) => (head + filler.repeat(2000 / filler.length)).slice(0, 1990));
  const block = `${forms.join("\n")}\n`;
  const log = block.repeat(Math.ceil((MEGABYTES * 1e6) / block.length));
  expect(processorMs(() => readFailure(log))).toBeLessThan(1000);
});

test.each([
  '{"Action":"output","Output":"',
  "E   a: ",
  "[ERROR]   a.b.",
  "not ok 1 a\n  ---\n  error: ",
  "** (",
  "thread 'a' panicked at ",
  "Traceback (most recent call last):\n  ",
  "____ a ____\n",
  "2026-11-28T08:24:29.1234567Z web-1  | [0] ",
  "a\tb\t2026-11-28T08:24:2",
  "web-1-abcde ",
])("a log that repeats %j", (line) => {
  const log = `${line}${"x".repeat(40)}\n`.repeat((MEGABYTES * 1e6) / (line.length + 41));
  expect(processorMs(() => readFailure(log))).toBeLessThan(1000);
});

function processorMs(run: () => unknown): number {
  const started = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
