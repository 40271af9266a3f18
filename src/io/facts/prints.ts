/** Whether a file is as it was: by size, times of change and inode, without reading it. */
import { statSync } from "node:fs";
import { onDiskNow } from "../disk-faults.ts";

export type Print = {
  /** Alike for a file that nobody touched since. */
  readonly text: string;
  readonly size: number;
  /**
   * False for a file that changed just now: it could change again within a tick of the disk's clock and look
   * the same.
   */
  readonly isSettled: boolean;
};

/** null: there is no such file. @throws UserError for a fault of the disk. */
export function printOf(path: string): Print | null {
  const stats = onDiskNow(path, "read", () => statSync(path, { throwIfNoEntry: false }));
  if (stats === undefined) return null;
  const { size, mtimeMs, ctimeMs, ino } = stats;
  const age = Date.now() - Math.max(mtimeMs, ctimeMs);
  return { text: `${size} ${mtimeMs} ${ctimeMs} ${ino}`, size, isSettled: age > TICK_MS };
}

// ---------------------------------------------------------------------------------------------

/** Longer than a tick of any file system's clock that has fractions of seconds. */
const TICK_MS = 50;
