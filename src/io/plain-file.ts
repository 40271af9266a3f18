/** Files that are written on, or read line by line: opening a pipe in place of one would wait for its other end for ever. */
import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { errorCode, UserError } from "../errors.ts";

/**
 * Opens a file and waits for nothing.
 * @param flags of open(2)
 * @throws UserError for a pipe, a device, a socket; else the disk's own error
 */
export function openPlain(path: string, flags: number): number {
  let file: number;
  try {
    file = openSync(path, flags | constants.O_NONBLOCK);
  } catch (error) {
    // Of a pipe that nobody reads, and of a socket.
    throw errorCode(error) === "ENXIO" ? noFile(path, error) : error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw noFile(path);
}

/** @throws UserError for what is there and no file. */
export function checkPlain(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) throw noFile(path);
}

// ---------------------------------------------------------------------------------------------

const noFile = (path: string, cause?: unknown): UserError =>
  new UserError(
    `cannot use ${path}: it is no file but a pipe or a device`,
    "remove it, or bring the file back that was there; then run it again",
    { cause },
  );
