/**
 * Keeps .cache/ from growing for ever: what was kept of a commit goes when nobody has opened it for a
 * month, and so do the rows of draws that nobody went on with.
 */
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode } from "../../errors.ts";
import { makeFolder } from "../make-folder.ts";

const KEPT_DAYS = 30;

/** Marks `home`, the folder of one commit, as used at `now`, and removes what was last used long ago. */
export async function sweepCache(cacheDir: string, home: string, now: Date): Promise<void> {
  await makeFolder(home);
  await utimes(home, now, now);
  const before = now.getTime() - KEPT_DAYS * 24 * 3600 * 1000;
  const sets = await entriesOf(dirname(dirname(home)));
  const commits = (await Promise.all(sets.map(entriesOf))).flat();
  for (const path of [...commits, ...(await entriesOf(join(cacheDir, "rows")))]) {
    if ((await lastUsed(path)) < before) await rm(path, { recursive: true, force: true });
  }
}

// ---------------------------------------------------------------------------------------------

/** Infinity when another run has just removed it. */
async function lastUsed(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return Infinity;
    throw error;
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map((name) => join(folder, name));
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
