/** The time that a program took by itself, on a machine that has other things to do. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { lookAt, ownBetween, startOwnClock, type Look } from "../../src/io/own-time.ts";
import { runConfined } from "../../src/io/confined.ts";

const noProc = lookAt(process.pid) === null;
if (noProc) console.log("skipped: what reads the kernel's own record of processes (Linux)");

test.each([
  ["runs alone", true, 1, 0.5, 0.5],
  ["waits for a processor most of the time", true, 0.02, 0.5, 0.02],
  ["waits for the disk and computes nothing", true, 0, 0.5, 0],
  ["uses four processors", true, 2, 0.5, 0.5],
  ["sleeps", false, 0, 0.5, 0.5],
  ["polls now and then", false, 0.01, 0.5, 0.5],
  ["has just begun to wait after long work", false, 4, 5, 4],
  ["stood still when it was looked at, late", false, 0, 20, 1],
] as const)("what %s", (_, isBusy, worked, wall, own) => {
  const before: Look = { cpuSeconds: 3, isBusy: true };
  const now: Look = { cpuSeconds: 3 + worked, isBusy };
  expect(ownBetween(before, now, wall, 1)).toBeCloseTo(own);
});

/** A program below another one, as in the sandbox. */
function below(command: string): number {
  const child = spawn("bash", ["-c", `(${command}) & wait`], { stdio: "ignore", detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error("bash did not start");
  onTestFinished(() => void process.kill(-pid, "SIGKILL"));
  return pid;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

test.skipIf(noProc)(
  "what computes below a program is busy, and its time is the program's",
  async () => {
    const pid = below("while :; do :; done");
    await until(() => lookAt(pid)?.isBusy === true);
    const first = lookAt(pid)?.cpuSeconds ?? 0;
    await until(() => (lookAt(pid)?.cpuSeconds ?? 0) > first + 0.1);
  },
);

test.skipIf(noProc)("what waits for nothing is not busy, and its clock goes on", async () => {
  const pid = below("sleep 1000");
  await until(() => lookAt(pid)?.isBusy === false);
  const clock = startOwnClock(pid, 1);
  await until(() => (clock?.seconds() ?? 0) > 0.1);
});

test("a program that has ended has no clock", () => {
  expect(lookAt(2 ** 30)).toBeNull();
  expect(startOwnClock(2 ** 30, 1)).toBeNull();
});

const LIMITS = { env: { PATH: process.env["PATH"] ?? "" }, keepBytes: 1000, mostBytes: 100_000 };

test.each([
  ["sleeps", "sleep 1000"],
  ["wakes up now and then", "while :; do sleep 0.05; done"],
  ["computes", "while :; do :; done"],
])("what %s for ever is ended by its own time", async (_, command) => {
  const ended = await runConfined("bash", ["-c", command], {
    ...LIMITS,
    seconds: 0.3,
    everyMs: 50,
  });
  expect(ended.why).toBe("time");
  expect(ended.seconds).toBeGreaterThanOrEqual(0.3);
});

test("what nobody comes to look at is ended by the clock in the end", async () => {
  const late = { ...LIMITS, seconds: 0.05, everyMs: 600_000 };
  const ended = await runConfined("sleep", ["1000"], late);
  expect(ended.why).toBe("time");
});
