/** How a file is, asked on this thread: a trip to another one takes ten times as much CPU time. */
import { statSync, type Stats } from "node:fs";
import { errorCode } from "../errors.ts";
import { diskError } from "./disk-faults.ts";

/** null: it is not there, nor could it be. @throws UserError for a fault of the disk. */
export function statsIfThere(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (errorCode(error) === "ENOTDIR") return null;
    throw diskError(path, "read", error);
  }
}
