/**
 * Temp files that a killed process left behind. Only the holder of the workspace's lock may sweep. Links
 * are never followed, and nothing is looked at but known folders, down to where stages write.
 */
import type { Dirent } from "node:fs";
import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../errors.ts";
import { diskError, onDisk } from "./disk-faults.ts";
import { isLiving } from "./process-start.ts";

/** Removes "<file>.<pid>.<n>.tmp" in the stage folders, and what processes that ended left elsewhere. */
export async function sweepTemps(root: string): Promise<void> {
  for (const entry of await entriesOf(root)) {
    const path = join(root, entry.name);
    if (entry.isFile() && LOCK_TEMP.test(entry.name)) await removeDead(path, LOCK_TEMP);
    if (!entry.isDirectory()) continue;
    const depth = STAGE_FOLDERS.get(entry.name.replace(/^answer_\d+$/, "answer"));
    if (depth !== undefined) await sweepFolder(path, depth);
    if (entry.name === "review") await sweepEnded(path);
  }
}

/**
 * The same in one folder that is written without the workspace's lock: a temp file of a living process is at work.
 * Nothing where there is no folder, or a link in its place.
 */
export async function sweepEnded(folder: string): Promise<void> {
  if (!(await isFolder(folder))) return;
  for (const entry of await entriesOf(folder)) {
    if (entry.isFile() && TEMP.test(entry.name)) {
      await removeDead(join(folder, entry.name), PID_OF_TEMP);
    }
  }
}

// ---------------------------------------------------------------------------------------------

/** Stage folders, and how many folders deep below them stages write (report/tries/<stage>/, commit/future/). */
const STAGE_FOLDERS: ReadonlyMap<string, number> = new Map([
  ["prompt", 0],
  ["commit", 1],
  ["answer", 0],
  ["score", 0],
  ["report", 2],
  ["final", 0],
  ["refined", 0],
  ["defeat", 0],
  ["outcome", 2],
  ["artifacts", 2],
  ["evaluation", 1],
  ["engine", 1],
]);
/** Of the store, and of the look whether a folder can be written. */
const TEMP = /\.\d+\.\d+\.tmp$|^\.probe\.\d+\.tmp$/;
const PID_OF_TEMP = /\.(\d+)\.\d+\.tmp$/;
const LOCK_TEMP = /^\.lock\.(\d+)(?:\.stale)?\.tmp$/;

async function sweepFolder(folder: string, depth: number): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isFile() && TEMP.test(entry.name)) await remove(path);
    else if (entry.isDirectory() && depth > 0) await sweepFolder(path, depth - 1);
  }
}

/** A temp file whose process has ended; the pid is the pattern's group. */
async function removeDead(path: string, pid: RegExp): Promise<void> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const number = Number(pid.exec(name)?.[1] ?? 0);
  if (!isLiving(number)) await remove(path);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return false;
    throw diskError(path, "read", error);
  }
}

/** Types are those of the entries themselves: a link is neither a file nor a folder. */
const entriesOf = (folder: string): Promise<Dirent[]> =>
  onDisk(folder, "read", () => readdir(folder, { withFileTypes: true }));

async function remove(path: string): Promise<void> {
  await onDisk(path, "remove", () =>
    unlink(path).catch((error: unknown) => {
      // Its process, or another sweep, was quicker.
      if (errorCode(error) !== "ENOENT") throw error;
    }),
  );
}
