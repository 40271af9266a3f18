/** A file of lines that is there whole or not at all: written beside its place, and moved there. */
import { renameSync, rmSync } from "node:fs";
import { UserError } from "../errors.ts";
import { openLineWriter } from "./dataset/spool.ts";
import { statsIfThere } from "./stats-if-there.ts";
import { diskError } from "./store.ts";

export type WholeLines = {
  line(text: string): void;
  /** On the disk and in its place. */
  keep(): void;
  /** Nothing of it stays. */
  discard(): void;
};

/** @throws UserError for a folder that is not there, one in its place, a full or a read-only disk. */
export function openWholeLines(path: string): WholeLines {
  // Said now, and not when all lines are written.
  if (statsIfThere(path)?.isDirectory() === true) {
    throw new UserError(`cannot write ${path}: it is a folder`, "name a file in it");
  }
  const temp = `${path}.${process.pid}.tmp`;
  const writer = openLineWriter(temp);
  return {
    line: (text) => void writer.line(text),
    keep() {
      writer.close(true);
      try {
        renameSync(temp, path);
      } catch (error) {
        throw diskError(path, "write", error);
      }
    },
    discard() {
      try {
        writer.close(false);
      } finally {
        rmSync(temp, { force: true });
      }
    },
  };
}
