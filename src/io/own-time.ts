/**
 * How long a program and all that it started took by itself: the clock less what they waited for a processor or the
 * disk. What hangs takes its time on any machine, what waits for its turn on a busy one takes none.
 */
import { readFileSync, readdirSync } from "node:fs";

export type Look = {
  /** Of all processes below, those that have ended included, seconds. */
  readonly cpuSeconds: number;
  /** One of them runs, waits for a processor or for the disk. */
  readonly isBusy: boolean;
};

/** What the kernel says of a process and all below it; null where it says nothing (no Linux, or it has ended). */
export function lookAt(pid: number): Look | null {
  const stat = statOf(`/proc/${pid}`);
  if (stat === null) return null;
  let { cpuSeconds } = stat;
  let isBusy = false;
  for (const task of tasksOf(pid)) {
    isBusy ||= BUSY.has(statOf(task)?.state ?? "");
    for (const child of childrenOf(task)) {
      const below = lookAt(child);
      cpuSeconds += below?.cpuSeconds ?? 0;
      isBusy ||= below?.isBusy === true;
    }
  }
  return { cpuSeconds, isBusy };
}

/**
 * Own time between two looks, seconds.
 * @param wall between them; of what stands still `most` counts, since who looks may have waited itself.
 */
export function ownBetween(before: Look, now: Look, wall: number, most: number): number {
  // The state is of one moment, the processor's time of all of them.
  const worked = Math.max(0, now.cpuSeconds - before.cpuSeconds);
  return now.isBusy
    ? Math.min(wall, worked)
    : Math.max(Math.min(wall, worked), Math.min(wall, most));
}

export type OwnClock = {
  /** Own time so far, seconds; to be asked every so often. */
  readonly seconds: () => number;
};

/** Starts at 0; null where the kernel says nothing of processes. `most`: as above. */
export function startOwnClock(pid: number, most: number): OwnClock | null {
  let before = lookAt(pid);
  if (before === null) return null;
  let at = performance.now();
  let sum = 0;
  return {
    seconds() {
      const now = lookAt(pid);
      const moment = performance.now();
      const wall = (moment - at) / 1000;
      // It has ended: what is left is the time since the last look.
      sum +=
        now === null || before === null
          ? Math.min(wall, most)
          : ownBetween(before, now, wall, most);
      [before, at] = [now, moment];
      return sum;
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** proc(5): running or ready to, and waiting for a disk. */
const BUSY = new Set(["R", "D"]);

/** Linux counts a process's time for its readers in hundredths of a second. */
const TICKS = 100;

function statOf(folder: string): { state: string; cpuSeconds: number } | null {
  const text = readIfThere(`${folder}/stat`);
  if (text === null) return null;
  // The name may hold anything, brackets too: the fields behind it begin with the state.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { state: fields[0] ?? "", cpuSeconds: ticks / TICKS };
}

function tasksOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).map((task) => `${folder}/${task}`);
  } catch {
    return []; // It has ended while we look.
  }
}

const childrenOf = (task: string): number[] =>
  (readIfThere(`${task}/children`) ?? "").split(" ").filter(Boolean).map(Number);

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null; // It has ended while we look, or this is no Linux.
  }
}
