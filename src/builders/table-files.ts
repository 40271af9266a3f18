/** Rows on their way into a Parquet file: masked, appended to a file beside it, and put in place whole. */
import { rename, unlink } from "node:fs/promises";
import { makeMasker, type ExitSettings, type Masker } from "../core/exit/masker.ts";
import { TABLES, type TableName, type TableRow } from "../core/report/table-rows.ts";
import { UserError } from "../errors.ts";
import { writeParquet } from "../io/dataset/parquet.ts";
import { openLineWriter } from "../io/dataset/spool.ts";
import { onDisk } from "../io/disk-faults.ts";

export type TableFile = {
  add(rows: readonly TableRow[]): Promise<void>;
  /** The file is whole when it is there. Gives its rows. */
  finish(): Promise<number>;
  /** Takes what was begun away. */
  drop(): Promise<void>;
};

/** @param path of the Parquet file, in a folder that is there */
export function openTable(path: string, name: TableName, settings: ExitSettings): TableFile {
  const lines = `${path}.${process.pid}.1.tmp`;
  const parquet = `${path}.${process.pid}.2.tmp`;
  const masker: Masker = makeMasker(settings);
  const writer = openLineWriter(lines);
  let held: TableRow[] = [];
  let count = 0;
  let longest = 0;
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    writer.close(false);
  };
  const write = async (): Promise<void> => {
    const some = held;
    held = [];
    for (const row of await masker.mask(some)) {
      longest = Math.max(longest, writer.line(JSON.stringify(row).toWellFormed()));
      count++;
    }
  };
  const gone = async (file: string): Promise<void> => {
    await unlink(file).catch(() => {});
  };
  return {
    async add(rows) {
      held.push(...rows);
      if (held.length >= SOME_ROWS) await write();
    },
    async finish() {
      await write();
      close();
      await writeParquet(lines, parquet, TABLES[name], longest);
      await onDisk(path, "write", () => rename(parquet, path));
      await gone(lines);
      return count;
    },
    async drop() {
      try {
        if (isOpen) close();
      } catch (error) {
        // What does not fit any more is thrown away here.
        if (!(error instanceof UserError)) throw error;
      }
      await gone(lines);
      await gone(parquet);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Masked at once. */
const SOME_ROWS = 200;
