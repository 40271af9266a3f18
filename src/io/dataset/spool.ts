/**
 * Lines on their way: appended to a file as they are made, and read back as bytes when it is known
 * where each belongs. One buffer each way, whatever the number of rows.
 */
import {
  appendFileSync,
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
} from "node:fs";
import { crc32 } from "node:zlib";
import { diskError } from "../disk-faults.ts";
import { writeAll } from "../store.ts";

const CHUNK = 1 << 22;
const encoder = new TextEncoder();

export type LineWriter = {
  /** Bytes written so far. */
  readonly bytes: number;
  /** CRC-32 of what was written so far, and flushed. */
  readonly crc: number;
  /** Appends a line and its line feed; returns its length in bytes, line feed included. */
  line(text: string): number;
  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void;
  /** Hands everything to the system, so that it can be read. */
  flush(): void;
  /** Flushes and closes; `sync`: until it is on the disk. */
  close(sync: boolean): void;
  /** Lets go of the file, whatever was not handed over yet; of a closed one, nothing. */
  end(): void;
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
  let crc = 0;
  let isOpen = true;
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    guarded(path, "write", () => closeSync(fd));
  };
  const flush = (): void => {
    try {
      guarded(path, "write", () => writeAll(fd, buffer.subarray(0, used)));
    } catch (error) {
      end();
      throw error;
    }
    crc = crc32(buffer.subarray(0, used), crc);
    // Spread over the run, the disk is not asked for a gigabyte at the end.
    unsynced += used;
    used = 0;
  };
  return {
    get bytes() {
      return bytes;
    },
    get crc() {
      return crc;
    },
    line(text) {
      const most = text.length * 3 + 1;
      if (used + most > buffer.length) flush();
      if (most > buffer.length) buffer = Buffer.allocUnsafe(most);
      // Several times as quick as Buffer.write, which goes character by character on some strings.
      const length = encoder.encodeInto(text, buffer.subarray(used)).written;
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
      if (!isOpen) return; // What stopped it was thrown then.
      try {
        flush();
        guarded(path, "write", () => {
          if (over) ftruncateSync(fd, bytes);
          if (sync && unsynced > 0) fdatasyncSync(fd);
          else if (sync) fsyncSync(fd);
        });
      } finally {
        end();
      }
    },
    end,
  };
}

/** Several of them; where one cannot be opened, none stays open. */
export function openLineWriters(paths: readonly string[]): LineWriter[] {
  const writers: LineWriter[] = [];
  try {
    for (const path of paths) writers.push(openLineWriter(path));
    return writers;
  } catch (error) {
    for (const writer of writers) writer.end();
    throw error;
  }
}

/**
 * Reads files one behind the other in pieces of the given lengths (bytes), in order.
 * @param use gets each piece; its bytes are overwritten afterwards.
 */
export function readPieces(
  paths: readonly string[],
  lengths: Iterable<number>,
  use: (bytes: Uint8Array, index: number) => void,
): void {
  const read = readerOf(paths);
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
          const got = read.into(buffer, to);
          if (got === 0) throw new Error(`${paths.join(", ")} ended before the last piece`);
          to += got;
        }
      }
      use(buffer.subarray(from, from + length), index++);
      from += length;
    }
  } finally {
    read.close();
  }
}

/** Renames the first file to `target`, and puts the others behind it. */
export function joinFiles(paths: readonly string[], target: string): void {
  const [first = "", ...rest] = paths;
  guarded(target, "write", () => renameSync(first, target));
  for (const path of rest) {
    guarded(target, "write", () => appendFileSync(target, readFileSync(path)));
  }
}

// ---------------------------------------------------------------------------------------------

/** Files one behind the other; each is opened when it is its turn. */
function readerOf(paths: readonly string[]) {
  let at = 0;
  let fd: number | null = null;
  const close = (): void => {
    if (fd !== null) closeSync(fd);
    fd = null;
  };
  return {
    close,
    /** Bytes read into the buffer from `start` on; 0 behind the last file. */
    into(buffer: Buffer, start: number): number {
      for (; at < paths.length; at++) {
        const path = paths[at] ?? "";
        const got = guarded(path, "read", () => {
          fd ??= openSync(path, "r");
          return readSync(fd, buffer, start, buffer.length - start, null);
        });
        if (got > 0) return got;
        close();
      }
      return 0;
    },
  };
}

function guarded<T>(path: string, verb: "read" | "write", act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskError(path, verb, error);
  }
}
