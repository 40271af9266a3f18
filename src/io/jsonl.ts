/**
 * JSON Lines by lines: one pass finds where every good line begins, later reads seek there. Dirty rows
 * (lone surrogates, keys that first appear late) are why no database reads these files.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { UserError, errorMessage } from "../errors.ts";
import { diskError } from "./disk-faults.ts";
import { checkRatio, LONG_LINE, LONG_LINE_WHY, MAX_LINE_BYTES } from "./line-limits.ts";
import type { OpenFile, OpenOptions, ReadRow } from "./source/types.ts";
import { statsIfThere } from "./stats-if-there.ts";

export type Line = {
  /** 1-based. */
  readonly number: number;
  /** Byte offset in the (decompressed) file. */
  readonly start: number;
  readonly bytes: Buffer;
};

export type LineValue =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly why: string };

/**
 * Lines without their line feed, from a byte on where a line begins (of a plain file); blank lines are left out. ".gz" is unpacked on the way. Of a line over
 * MAX_LINE_BYTES only LONG_LINE is handed out.
 * @throws UserError for a file that cannot be read or unpacked, or unpacks to far too much.
 */
export async function* readLines(path: string, from = 0): AsyncGenerator<Line> {
  const file = createReadStream(path, { highWaterMark: pieceBytes(path), start: from });
  const stream = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => stream.destroy(error));
  let parts: Buffer[] = [];
  let held = 0;
  let number = 0;
  let start = from;
  let offset = from;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let next = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, next)) {
        const isLong = held + at - next > MAX_LINE_BYTES;
        const bytes = isLong ? LONG_LINE : Buffer.concat([...parts, chunk.subarray(next, at)]);
        parts = [];
        held = 0;
        number++;
        if (!isBlank(bytes)) yield { number, start, bytes };
        next = at + 1;
        start = offset + next;
      }
      if (next < chunk.length) parts.push(chunk.subarray(next));
      held += chunk.length - next;
      if (held > MAX_LINE_BYTES) parts = [];
      offset += chunk.length;
      if (stream !== file) checkRatio(path, file.bytesRead, offset);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  const last = held > MAX_LINE_BYTES ? LONG_LINE : Buffer.concat(parts);
  if (!isBlank(last)) yield { number: number + 1, start, bytes: last };
}

/** The object on a line; anything else says why it is none. */
export function parseLine(bytes: Buffer): LineValue {
  if (bytes === LONG_LINE) return { ok: false, why: LONG_LINE_WHY };
  try {
    const value = JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, "")) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ok: true, value: value as Record<string, unknown> }
      : { ok: false, why: "it is not an object" };
  } catch (error) {
    return { ok: false, why: errorMessage(error) };
  }
}

/**
 * Opens a JSON Lines file. Every line is parsed once, so that a broken one is found whatever is drawn.
 * @throws UserError with file and line for a broken line, unless `skipBad`.
 */
export async function openJsonl(path: string, options: OpenOptions): Promise<OpenFile> {
  const index: { number: number; start: number; length: number }[] = [];
  const columns = new Set<string>();
  let badLines = 0;
  for await (const line of readLines(path)) {
    const parsed = parseLine(line.bytes);
    if (parsed.ok) {
      index.push({ number: line.number, start: line.start, length: line.bytes.length });
      for (const key of Object.keys(parsed.value)) columns.add(key);
      continue;
    }
    if (!options.skipBad) {
      throw new UserError(
        `${path} line ${line.number} is not JSON: ${parsed.why}`,
        "mend or delete that line, or run again with --skip-bad to count such lines and go on",
      );
    }
    badLines++;
  }
  return {
    rows: index.length,
    groupRows: [],
    columns: [...columns],
    badLines,
    readTexts: (column) => readTexts(path, column),
    rowNumber: (row) => (index[row]?.number ?? row + 1) - 1,
    read: async (rows) =>
      path.endsWith(".gz")
        ? readStreamed(path, rows, index)
        : readSeeking(
            path,
            rows.map((row) => index[row] ?? { start: 0, length: 0 }),
          ),
  };
}

// ---------------------------------------------------------------------------------------------

/** Of a small file no more than it holds: of thousands of sessions, a megabyte each keeps the collector busy. */
function pieceBytes(path: string): number {
  const size = statsIfThere(path)?.size ?? 0; // Of what is not there the stream says so.
  return Math.min(MOST_BYTES_AT_ONCE, Math.max(LEAST_BYTES_AT_ONCE, size));
}

const MOST_BYTES_AT_ONCE = 1 << 20;
const LEAST_BYTES_AT_ONCE = 1 << 12;

async function readTexts(path: string, column: string): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for await (const line of readLines(path)) {
    const parsed = parseLine(line.bytes);
    if (!parsed.ok) continue;
    const value = parsed.value[column];
    texts.push(typeof value === "string" ? value : null);
  }
  return texts;
}

async function readSeeking(
  path: string,
  spans: readonly { start: number; length: number }[],
): Promise<ReadRow[]> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw diskError(path, "read", error);
  });
  try {
    const found: ReadRow[] = [];
    for (const { start, length } of spans) {
      const bytes = Buffer.alloc(length);
      await handle.read(bytes, 0, length, start);
      found.push(rowOf(path, bytes));
    }
    return found;
  } finally {
    await handle.close();
  }
}

/** A compressed file cannot be sought in: one pass picks the lines that are wanted. */
async function readStreamed(
  path: string,
  rows: readonly number[],
  index: readonly { number: number }[],
): Promise<ReadRow[]> {
  const wanted = new Map(rows.map((row) => [index[row]?.number ?? 0, row]));
  const found = new Map<number, ReadRow>();
  for await (const line of readLines(path)) {
    const row = wanted.get(line.number);
    if (row !== undefined) found.set(row, rowOf(path, line.bytes));
    if (found.size === wanted.size) break;
  }
  return rows.map((row) => found.get(row) ?? changed(path));
}

function rowOf(path: string, bytes: Buffer): ReadRow {
  const parsed = parseLine(bytes);
  return parsed.ok ? { ok: true, row: parsed.value } : changed(path);
}

function changed(path: string): never {
  throw new UserError(
    `${path} changed while it was read`,
    "run the stage again when nothing writes to it any more",
  );
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 32 || byte === 9 || byte === 13);
}

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  if (!path.endsWith(".gz")) return diskError(path, "read", error);
  return new UserError(
    `${path} cannot be unpacked: ${errorMessage(error)}`,
    "fetch the file again: it is cut short or is not gzip",
    { cause: error },
  );
}
