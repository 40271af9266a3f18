/** A file of lines that is there whole or not at all: written beside its place, and moved there. */
import { renameSync, rmSync } from "node:fs";
import { openLineWriter } from "./dataset/spool.ts";
import { diskError } from "./store.ts";

export type WholeLines = {
  line(text: string): void;
  /** On the disk and in its place. */
  keep(): void;
  /** Nothing of it stays. */
  discard(): void;
};

/** @throws UserError for a folder that is not there, a full or a read-only disk. */
export function openWholeLines(path: string): WholeLines {
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
