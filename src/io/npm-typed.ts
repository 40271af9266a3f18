/**
 * What a person typed behind `npm`. npm hands a script only what it did not take for its own, and throws `--only x` away
 * unseen; but it writes each command line into its log, which it holds open while the script runs.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parentOf } from "./process-start.ts";

/**
 * The words behind `npm` of the npm that runs this script, as its log has them: secrets are "***" there.
 * null: not known, since the system tells nothing of processes (only Linux does), npm keeps no log, or it is an npm
 * that runs something else.
 */
export function typedForNpm(
  script: string,
  pid = process.ppid,
  proc = "/proc",
): readonly string[] | null {
  for (let at = pid, steps = 0; at > 1 && steps < MOST_STEPS; at = parentOf(at, proc), steps++) {
    const log = logOf(at, proc);
    if (log === null) continue;
    const words = wordsIn(log);
    return words?.includes(script) === true ? words : null;
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

/** From here over a shell to npm. */
const MOST_STEPS = 4;

/** The log that a process holds open, if it is an npm. */
function logOf(pid: number, proc: string): string | null {
  const folder = join(proc, String(pid), "fd");
  try {
    for (const name of readdirSync(folder)) {
      const path = targetOf(join(folder, name));
      if (basename(dirname(path)) === "_logs" && path.endsWith(".log")) return path;
    }
  } catch {
    // Another system, somebody else's process, or it has just ended.
  }
  return null;
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ""; // Closed meanwhile.
  }
}

/** `10 verbose argv "run" "stage:king" "--only" "x"`: every word as JSON. */
function wordsIn(log: string): readonly string[] | null {
  try {
    const line = /^\d+ verbose argv (".*")$/m.exec(readFileSync(log, "utf8"))?.[1];
    if (line === undefined) return null;
    return (line.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((word) => String(JSON.parse(word)));
  } catch {
    return null; // Gone, or not in the form that is known.
  }
}
