/** Names and sizes of files that are to be sent. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { onDisk } from "./disk-faults.ts";

/** @throws UserError for a file that cannot be read. */
export async function fileSizes(
  folder: string,
  names: readonly string[],
): Promise<{ readonly name: string; readonly bytes: number }[]> {
  const files = [];
  for (const name of names) {
    const path = join(folder, name);
    files.push({ name, bytes: (await onDisk(path, "read", () => stat(path))).size });
  }
  return files;
}
