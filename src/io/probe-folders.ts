/** Before money is spent: can the folders be written that the replies will be saved in? */
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../errors.ts";
import { diskError, writeAll } from "./store.ts";
import { makeFolderNow } from "./make-folder.ts";

/**
 * Writes a byte into each folder of the workspace, makes sure of it, and takes it away again.
 * @throws UserError naming the first folder that cannot be written, and why.
 */
export function probeFolders(root: string, folders: readonly string[]): void {
  for (const folder of folders) {
    const path = join(root, folder);
    const probe = join(path, `.probe.${process.pid}.tmp`);
    try {
      makeFolderNow(path);
      const file = openSync(probe, "w");
      try {
        writeAll(file, "\n");
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      rmSync(probe, { force: true });
    } catch (error) {
      // mkdir says of a file in a folder's place that it exists.
      const named =
        errorCode(error) === "EEXIST"
          ? Object.assign(new Error("a file"), { code: "ENOTDIR" })
          : error;
      throw diskError(path, "write", named);
    }
  }
}
