/**
 * Reading a file in one go. A small one is read on this thread: that takes a tenth of the CPU time that four
 * trips to another thread take. In a loop over very many files nothing would get its turn meanwhile, no signal,
 * reply or line of progress: so after some milliseconds everybody does.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { UserError } from "../errors.ts";

/** @throws the disk's own error, and UserError for what is no file, such as a pipe */
export async function readWhole(path: string): Promise<Buffer> {
  if (performance.now() - lastTurn > TURN_MS) {
    await setImmediate();
    lastTurn = performance.now();
  }
  // A pipe in place of a file would wait for a writer for ever.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() && !stat.isDirectory()) {
      throw new UserError(
        `cannot read ${path}: it is no file but a pipe or a device`,
        "move it away and put the file in its place",
      );
    }
    if (stat.size <= SMALL_BYTES) return readFileSync(file);
  } finally {
    closeSync(file);
  }
  return readFile(path);
}

// ---------------------------------------------------------------------------------------------

/** A person does not notice it, and a server's reply lies in the socket that long. */
const TURN_MS = 10;
const SMALL_BYTES = 1 << 20;

let lastTurn = 0;
