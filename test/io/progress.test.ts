import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeProgress } from "../../src/io/progress.ts";
import { NO_USAGE } from "../../src/records/run-info.ts";

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-21T10:00:00Z") }));
afterEach(() => void vi.useRealTimers());

function watched(isTTY: boolean): { out: string[]; progress: ReturnType<typeof makeProgress> } {
  const out: string[] = [];
  const stream = { isTTY, columns: 120, write: (text: string) => out.push(text) };
  return { out, progress: makeProgress({ out: stream, now: () => new Date() }) };
}

const usage = { ...NO_USAGE, prompt_tokens: 9000, completion_tokens: 3000 };

test("elsewhere than on a terminal there is a line every ten seconds and one at the end", () => {
  const { out, progress } = watched(false);
  progress.begin("king", 100, 20);
  for (let i = 0; i < 20; i++) progress.step("kept");
  progress.spent(usage, 0.25, null);
  progress.spent(NO_USAGE, 0, "http_429");
  vi.advanceTimersByTime(9999);
  expect(out).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(out).toEqual([
    "king 40/100, 2.0/s, 1 failed call (last: http_429), 12k tokens, $0.25, 30 s left\n",
  ]);
  progress.step("dropped");
  progress.end();
  expect(out[1]).toMatch(/^king 41\/100, /);
  vi.advanceTimersByTime(60_000);
  expect(out).toHaveLength(2);
});

test("on a terminal a bar is drawn again in place and ends with its own line", () => {
  const { out, progress } = watched(true);
  progress.begin("validate", 4);
  progress.step("kept");
  progress.spent(usage, null, null);
  vi.advanceTimersByTime(1000);
  expect(out.at(-1)).toBe(
    "\r\x1b[2K[######..................] validate 1/4, 1.0/s, 0 failed calls, 12k tokens, unpriced, 3 s left",
  );
  progress.note("a line that stays");
  expect(out.at(-2)).toBe("\r\x1b[2Ka line that stays\n");
  progress.end();
  expect(out.at(-1)).toBe("\n");
});

test("a mix of priced and unpriced calls is said as such", () => {
  const { out, progress } = watched(false);
  progress.begin("king", 1);
  progress.spent(usage, 1.5, null);
  progress.spent(usage, null, null);
  progress.end();
  expect(out[0]).toContain("$1.50 + unpriced");
});

test("a total that is not known yet is said to be about right", () => {
  const { out, progress } = watched(false);
  let expected = { count: 1300, exact: false };
  progress.begin("king", () => expected);
  vi.advanceTimersByTime(10_000);
  expect(out[0]).toBe("king 0/~1300\n");
  expected = { count: 1280, exact: true };
  progress.end();
  expect(out[1]).toBe("king 0/1280\n");
});

test("what takes minutes is told by the minute, and nothing is told of a rate before the first", () => {
  const { out, progress } = watched(false);
  progress.begin("gym", 3);
  vi.advanceTimersByTime(30_000);
  expect(out.at(-1)).toBe("gym 0/3\n");
  progress.step("kept");
  vi.advanceTimersByTime(10_000);
  expect(out.at(-1)).toBe("gym 1/3, 1.5/min, 80 s left\n");
  progress.end();
});

test("an empty stage ends with a line and divides by nothing", () => {
  const { out, progress } = watched(false);
  progress.begin("king", 0);
  progress.end();
  expect(out).toEqual(["king 0/0\n"]);
});

test("items that are out say so, and are in no time left", () => {
  const { out, progress } = watched(false);
  progress.begin("king", 100);
  for (let i = 0; i < 20; i++) progress.step("kept");
  for (let i = 0; i < 60; i++) progress.out?.();
  vi.advanceTimersByTime(10_000);
  expect(out).toEqual(["king 20/100, 2.0/s, 60 out, 10 s left\n"]);
  for (let i = 0; i < 20; i++) progress.out?.();
  progress.end();
  expect(out[1]).toBe("king 20/100, 2.0/s, 80 out\n");
});
