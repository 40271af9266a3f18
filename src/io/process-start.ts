/** Whether a process is there, and still the same one. */
import { readFileSync } from "node:fs";
import { errorCode } from "../errors.ts";

/** True for a process of this machine, whosever it is; one that has ended and was not yet waited for is none. */
export function isLiving(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== "EPERM") return false;
  }
  return !ENDED.has(statOf(pid)[STATE] ?? "");
}

/** Start time of a process in clock ticks since the boot (Linux), or "" where /proc does not say. */
export const startOf = (pid: number): string => statOf(pid)[START] ?? "";

/** Who started a process (Linux); 0 where /proc does not say. */
export const parentOf = (pid: number, proc = "/proc"): number =>
  Number(statOf(pid, proc)[PARENT] ?? 0);

/** Of this boot of the machine (Linux), or "" where /proc does not say. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return ""; // Another system.
  }
}

// ---------------------------------------------------------------------------------------------

/** Fields of /proc/PID/stat behind the command's name (proc(5)). */
const STATE = 0;
const PARENT = 1;
const START = 19;
/** Zombie, dead. */
const ENDED: ReadonlySet<string> = new Set(["Z", "X", "x"]);

/** Empty where /proc does not say. */
function statOf(pid: number, proc = "/proc"): readonly string[] {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, "utf8");
    // The command name may hold spaces and brackets: fields are counted after the last ")".
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return []; // Another system, or the process has just ended.
  }
}
