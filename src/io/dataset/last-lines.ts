/**
 * The quick first pass over JSON Lines: where each value of a column is named last, and where to cut
 * the lines in two for a second thread. Lines are parsed only where the column does not come first.
 */
import { isPacked, packedSpans, spans, type Span } from "./spans.ts";

/** Plain values alone: a worker thread is given it. Lines of all files are counted as one, from 0. */
export type LastLines = {
  /** Lines before each file. */
  readonly before: readonly number[];
  /** A bit a line, in memory that threads share: set where a value is named last. */
  readonly lastBits: Uint8Array;
  /** null: not asked for, or there is no place for it. */
  readonly cut: Cut | null;
};

/** The second part begins with this line. */
export type Cut = {
  readonly file: number;
  /** In the file, 1-based, and the byte where it begins. */
  readonly line: number;
  readonly offset: number;
  /** Lines before the cut whose value is named again behind it, counted over all files, ascending. */
  readonly early: Uint32Array;
};

/** True for the last of all lines that name its value. @param line of the file, 1-based. */
export function isLastLine(last: LastLines, file: number, line: number): boolean {
  const at = (last.before[file] ?? 0) + line - 1;
  return ((last.lastBits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

/**
 * Finds the last lines over all files.
 * @param cutAtBytes cut at the first line that begins so many bytes into all files or later; null: no
 *   cut. Packed files are not cut within.
 */
export async function findLastLines(
  paths: readonly string[],
  column: string,
  cutAtBytes: number | null,
): Promise<LastLines> {
  const head = Buffer.from(`{"${column}"`);
  const ids = new Map<string, number>();
  /** Of each value its last line, and of each line its value; NONE where it has none. */
  const lastOf: number[] = [];
  const valueAt: number[] = [];
  const before: number[] = [];
  let cut: { file: number; line: number; offset: number; lines: number } | null = null;
  let bytesBefore = 0;
  for (const [file, path] of paths.entries()) {
    const lines = valueAt.length;
    let end = 0;
    before.push(lines);
    const see = (span: Span): void => {
      end = span.offset + span.to - span.from;
      const at = lines + span.number - 1;
      if (
        cutAtBytes !== null &&
        cut === null &&
        bytesBefore + span.offset >= cutAtBytes &&
        (span.number === 1 || !isPacked(path))
      ) {
        cut = { file, line: span.number, offset: span.offset, lines: at };
      }
      while (valueAt.length < at) valueAt.push(NONE);
      const value = valueOf(span.bytes, span.from, span.to, head, column);
      if (value === null) return void valueAt.push(NONE);
      let id = ids.get(value);
      if (id === undefined) ids.set(value, (id = lastOf.length));
      lastOf[id] = at;
      valueAt.push(id);
    };
    if (isPacked(path)) for await (const span of packedSpans(path)) see(span);
    else {
      let lookedAt = 0;
      for (const span of spans(path)) {
        see(span);
        if (end < lookedAt) continue;
        lookedAt = end + PAUSE_BYTES;
        await pause();
      }
    }
    bytesBefore += end;
  }
  return {
    before,
    lastBits: bitsOf(lastOf, valueAt.length),
    cut: cut === null ? null : withEarly(cut, lastOf, valueAt),
  };
}

// ---------------------------------------------------------------------------------------------

const NONE = -1;

/** Between so many bytes others have their turn: modules load meanwhile, which is mostly waiting. */
const PAUSE_BYTES = 1 << 21;
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function bitsOf(lines: readonly number[], total: number): Uint8Array {
  const bits = new Uint8Array(new SharedArrayBuffer((total >> 3) + 1));
  for (const line of lines) bits[line >> 3] = (bits[line >> 3] ?? 0) | (1 << (line & 7));
  return bits;
}

function withEarly(
  { file, line, offset, lines }: { file: number; line: number; offset: number; lines: number },
  lastOf: readonly number[],
  valueAt: readonly number[],
): Cut {
  const early: number[] = [];
  for (let at = 0; at < lines; at++) {
    const id = valueAt[at] ?? NONE;
    if (id !== NONE && (lastOf[id] ?? 0) >= lines) early.push(at);
  }
  return { file, line, offset, early: Uint32Array.from(early) };
}

/** The text of a column: read off where it comes first and has no escapes, else by parsing the line. */
function valueOf(
  bytes: Buffer,
  from: number,
  to: number,
  head: Buffer,
  column: string,
): string | null {
  if (bytes.compare(head, 0, head.length, from, Math.min(to, from + head.length)) === 0) {
    let at = from + head.length;
    while (bytes[at] === 32 || bytes[at] === 58) at++;
    const end = bytes[at] === 34 ? bytes.indexOf(34, at + 1) : -1;
    if (end > 0 && end < to) {
      const text = bytes.toString("utf8", at + 1, end);
      if (!text.includes("\\")) return text;
    }
  }
  try {
    const row = Object(JSON.parse(bytes.toString("utf8", from, to))) as Record<string, unknown>;
    const value = row[column];
    return typeof value === "string" ? value : null;
  } catch {
    return null; // A broken line is told by the pass that reads the rows.
  }
}
