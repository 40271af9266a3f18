/** The lines of a file as places in one buffer: no promise and no string a line. */
import { closeSync, openSync, readSync } from "node:fs";
import { diskError } from "../disk-faults.ts";
import { readLines } from "../jsonl.ts";
import { LONG_LINE, MAX_LINE_BYTES } from "../line-limits.ts";

export type Span = {
  /** 1-based; empty lines count, and are left out. */
  readonly number: number;
  /** Overwritten by the next step. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** Byte of the file at which the line begins. */
  readonly offset: number;
};

/** Where to begin: a line and the byte at which it begins. */
export type LineStart = { readonly line: number; readonly offset: number };

const CHUNK = 1 << 20;

/** Lines of a file that is not packed. Of one over MAX_LINE_BYTES only LONG_LINE is handed out. */
export function* spans(path: string, start: LineStart = FIRST): Generator<Span> {
  const fd = opened(path);
  try {
    let buffer = Buffer.allocUnsafe(CHUNK);
    let used = 0;
    let number = start.line - 1;
    /** Of the buffer's first byte. */
    let offset = start.offset;
    /** Byte at which a line began that is too long to be held; null: none is being passed over. */
    let longFrom: number | null = null;
    for (;;) {
      if (used === buffer.length && used >= MAX_LINE_BYTES) {
        longFrom ??= offset;
        offset += used;
        used = 0;
      }
      if (used === buffer.length) {
        const larger = Buffer.allocUnsafe(buffer.length * 2);
        buffer.copy(larger, 0, 0, used);
        buffer = larger;
      }
      const got = readSync(fd, buffer, used, buffer.length - used, offset + used);
      used += got;
      let from = 0;
      const bytes = buffer.subarray(0, used);
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
        number++;
        if (longFrom !== null) {
          yield longSpan(number, longFrom);
          longFrom = null;
        } else if (at > from) {
          yield {
            number,
            bytes,
            from: afterMark(bytes, from, number),
            to: at,
            offset: offset + from,
          };
        }
        from = at + 1;
      }
      if (got === 0 && longFrom !== null) {
        yield longSpan(number + 1, longFrom);
        return;
      }
      if (got === 0 && from < used) {
        number++;
        const to = used;
        yield { number, bytes, from: afterMark(bytes, from, number), to, offset: offset + from };
        from = used;
      }
      buffer.copyWithin(0, from, used);
      used -= from;
      offset += from;
      if (got === 0) return;
    }
  } finally {
    closeSync(fd);
  }
}

const FIRST: LineStart = { line: 1, offset: 0 };

/** Lines of a ".gz" file; `offset` is always 0. */
export async function* packedSpans(path: string): AsyncGenerator<Span> {
  for await (const { number, bytes } of readLines(path)) {
    const from = afterMark(bytes, 0, number);
    yield { number, bytes, from, to: bytes.length, offset: 0 };
  }
}

export const isPacked = (path: string): boolean => path.endsWith(".gz");

// ---------------------------------------------------------------------------------------------

const longSpan = (number: number, offset: number): Span => ({
  number,
  bytes: LONG_LINE,
  from: 0,
  to: LONG_LINE.length,
  offset,
});

/** Behind a byte order mark on the first line. */
const afterMark = (bytes: Buffer, from: number, number: number): number =>
  number === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb ? from + 3 : from;

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw diskError(path, "read", error);
  }
}
