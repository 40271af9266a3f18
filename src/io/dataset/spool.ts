/**
 * Lines on their way: appended to a file as they are made, and read back as bytes when it is known
 * where each belongs. One buffer each way, whatever the number of rows.
 */
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { diskError } from "../store.ts";

const CHUNK = 1 << 22;

export type LineWriter = {
  /** Bytes written so far. */
  readonly bytes: number;
  /** Appends a line and its line feed; returns its length in bytes, line feed included. */
  line(text: string): number;
  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void;
  /** Hands everything to the system, so that it can be read. */
  flush(): void;
  /** Flushes and closes; `sync`: until it is on the disk. */
  close(sync: boolean): void;
};

/**
 * Opens a file for writing, emptying it. `over`: an existing file is written over from its start, and
 * cut behind the last byte when it is closed; it may be read meanwhile, ahead of the writing.
 * @throws UserError for a full or read-only disk.
 */
export function openLineWriter(path: string, over = false): LineWriter {
  const fd = guarded(path, "write", () => openSync(path, over ? "r+" : "w"));
  let buffer = Buffer.allocUnsafe(CHUNK);
  let used = 0;
  let bytes = 0;
  let unsynced = 0;
  const flush = (): void => {
    guarded(path, "write", () => {
      for (let at = 0; at < used;) at += writeSync(fd, buffer, at, used - at);
      // Spread over the run, the disk is not asked for a gigabyte at the end.
      unsynced += used;
    });
    used = 0;
  };
  return {
    get bytes() {
      return bytes;
    },
    line(text) {
      const most = text.length * 3 + 1;
      if (used + most > buffer.length) flush();
      if (most > buffer.length) buffer = Buffer.allocUnsafe(most);
      const length = buffer.write(text, used, "utf8");
      buffer[used + length] = 10;
      used += length + 1;
      bytes += length + 1;
      return length + 1;
    },
    raw(part) {
      if (used + part.length > buffer.length) flush();
      if (part.length > buffer.length) buffer = Buffer.allocUnsafe(part.length);
      buffer.set(part, used);
      used += part.length;
      bytes += part.length;
    },
    flush,
    close(sync) {
      flush();
      guarded(path, "write", () => {
        if (over) ftruncateSync(fd, bytes);
        if (sync && unsynced > 0) fdatasyncSync(fd);
        else if (sync) fsyncSync(fd);
        closeSync(fd);
      });
    },
  };
}

/**
 * Reads a file from its start in pieces of the given lengths (bytes), in order.
 * @param use gets each piece; its bytes are overwritten afterwards.
 */
export function readPieces(
  path: string,
  lengths: Iterable<number>,
  use: (bytes: Uint8Array, index: number) => void,
): void {
  const fd = guarded(path, "read", () => openSync(path, "r"));
  try {
    let buffer = Buffer.allocUnsafe(CHUNK);
    let from = 0;
    let to = 0;
    let index = 0;
    for (const length of lengths) {
      if (to - from < length) {
        if (length > buffer.length) {
          const larger = Buffer.allocUnsafe(length);
          buffer.copy(larger, 0, from, to);
          buffer = larger;
        } else {
          buffer.copyWithin(0, from, to);
        }
        to -= from;
        from = 0;
        while (to < length) {
          const got = guarded(path, "read", () =>
            readSync(fd, buffer, to, buffer.length - to, null),
          );
          if (got === 0) throw new Error(`${path} ended before its last piece`);
          to += got;
        }
      }
      use(buffer.subarray(from, from + length), index++);
      from += length;
    }
  } finally {
    closeSync(fd);
  }
}

// ---------------------------------------------------------------------------------------------

function guarded<T>(path: string, verb: "read" | "write", act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskError(path, verb, error);
  }
}
