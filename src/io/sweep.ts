/** Temp files that a killed process left behind. Only the holder of the workspace's lock may sweep. */
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Removes "<file>.<pid>.<n>.tmp" in the workspace's stage folders, two levels down at most. */
export async function sweepTemps(root: string): Promise<void> {
  for (const folder of await readdir(root, { withFileTypes: true })) {
    if (!folder.isDirectory() || !STAGE_FOLDER.test(folder.name)) continue;
    for (const name of await readdir(join(root, folder.name), { recursive: true })) {
      if (TEMP.test(name)) await unlink(join(root, folder.name, name));
    }
  }
}

// ---------------------------------------------------------------------------------------------

// review/ is not among them: the viewer writes there without the lock.
const STAGE_FOLDER = /^(?:prompt|commit|answer(?:_\d+)?|score|report|final|refined|defeat)$/;
const TEMP = /\.\d+\.\d+\.tmp$/;
