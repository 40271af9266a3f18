/**
 * Makes folders one by one. Node's own `recursive` goes up and down for ever where a file system says ENOENT
 * of a folder whose parent is there, as /proc and some network file systems do.
 */
import { mkdirSync, statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../errors.ts";

/** The folder and what is missing above it; one that is there is left alone. @throws the fault of mkdir */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isFolder(path)) return;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch(async (again: unknown) => {
      // Another process was quicker.
      if (!(await isFolder(path))) throw again;
    });
  }
}

/** The same at once. */
export function makeFolderNow(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (isFolderNow(path)) return;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    makeFolderNow(dirname(path));
    try {
      mkdirSync(path);
    } catch (again) {
      if (!isFolderNow(path)) throw again;
    }
  }
}

// ---------------------------------------------------------------------------------------------

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

function isFolderNow(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // What mkdir said of it is told.
  }
}
