/** Whether a process is there, and still the same one. */
import { readFileSync } from "node:fs";
import { errorCode } from "../errors.ts";

/** True for a process of this machine, whosever it is. */
export function isLiving(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Start time of a process in clock ticks since the boot (Linux), or "" where /proc does not say. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name may hold spaces and brackets: fields are counted after the last ")".
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return ""; // Another system, or the process has just ended.
  }
}

/** Of this boot of the machine (Linux), or "" where /proc does not say. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return ""; // Another system.
  }
}
