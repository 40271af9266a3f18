/** Lines that were appended one after the other, read back in any order. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { diskError } from "../disk-faults.ts";

export type Pieces = {
  /** The bytes of a line; they are overwritten by the next. */
  at(index: number): Uint8Array;
  close(): void;
};

/**
 * Opens files that hold lines of the given lengths (bytes), one file behind the other; a length of 0 says
 * that there is no such line. Eight bytes a line stay in memory. @throws UserError for a disk that cannot be read.
 */
export function openPieces(paths: readonly string[], lengths: Uint32Array): Pieces {
  const starts = new Float64Array(lengths.length);
  let end = 0;
  for (const [at, length] of lengths.entries()) {
    starts[at] = end;
    end += length;
  }
  const files: { fd: number; path: string; from: number; to: number }[] = [];
  let from = 0;
  for (const path of paths) {
    const { fd, size } = guarded(path, () => {
      const opened = openSync(path, "r");
      return { fd: opened, size: fstatSync(opened).size };
    });
    files.push({ fd, path, from, to: from + size });
    from += size;
  }
  let buffer = Buffer.allocUnsafe(1 << 16);
  return {
    at(index) {
      const start = starts[index] ?? 0;
      const length = lengths[index] ?? 0;
      // A line never reaches over the end of its file.
      const file = files.find((one) => start < one.to);
      if (length === 0 || file === undefined) return buffer.subarray(0, 0);
      if (length > buffer.length) buffer = Buffer.allocUnsafe(length);
      for (let got = 0; got < length;) {
        const more = guarded(file.path, () =>
          readSync(file.fd, buffer, got, length - got, start - file.from + got),
        );
        if (more === 0) throw new Error(`${file.path} ended before line ${index}`);
        got += more;
      }
      return buffer.subarray(0, length);
    },
    close() {
      for (const { fd } of files) closeSync(fd);
    },
  };
}

// ---------------------------------------------------------------------------------------------

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskError(path, "read", error);
  }
}
