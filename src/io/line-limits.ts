/**
 * How much a line of a stranger's file may hold, and how far a file may unpack: looked at while it is read,
 * so that neither takes the memory first.
 */
import { UserError } from "../errors.ts";

/** Longer lines are passed over as they come. Real runs have lines of a few megabytes. */
export const MAX_LINE_BYTES = 64 << 20;

/** What a document says is in memory whole: of a session of 178 MB, 340 MB. */
export const MAX_DOCUMENT_BYTES = 256 << 20;

/** Stands for a line that is too long; no JSON, so that whoever parses it counts it as broken. */
export const LONG_LINE = Buffer.from("a line of more than 64 MB");
export const LONG_LINE_WHY = "it is longer than 64 MB";

/** JSON Lines of runs unpack to 3 to 60 times their size; a file made to fill a memory, to 1,000. */
const MAX_RATIO = 250;
/** Under this nobody minds. */
const ALWAYS_ALLOWED_BYTES = 64 << 20;

/** @throws UserError for a file that unpacks to far more than runs do. */
export function checkRatio(path: string, packed: number, unpacked: number): void {
  if (unpacked <= ALWAYS_ALLOWED_BYTES || unpacked <= packed * MAX_RATIO) return;
  throw new UserError(
    `${path} unpacks to more than ${MAX_RATIO} times its size: ${Math.round(unpacked / 1e6)} MB from ${(packed / 1e6).toFixed(1)} MB so far`,
    "if you trust the file, unpack it by hand (gunzip) and name the result",
  );
}
