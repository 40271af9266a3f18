/** How much a folder holds: what a sandboxed command wrote, looked at while it runs. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Bytes of all files below; links are not followed, what vanishes meanwhile counts nothing. */
export function folderBytes(folder: string): number {
  let sum = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      sum += entry.isDirectory() ? folderBytes(path) : lstatSync(path).size;
    }
  } catch {
    return sum; // The command goes on while we look.
  }
  return sum;
}
