/** JSON Lines read quickly and in order: one buffer, no promise a line. ".gz" goes the slower way. */
import { closeSync, openSync, readSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { UserError, errorMessage } from "../../errors.ts";
import { readLines } from "../jsonl.ts";
import { diskError } from "../store.ts";

export type JsonRow = {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly row: Readonly<Record<string, unknown>>;
};

export type LastLines = {
  /** True for the last of all lines that name this value. */
  isLast(value: string, line: number, file: string): boolean;
};

export type RowReader = {
  /** Lines that --skip-bad passed over. */
  readonly badLines: number;
  /** Counts a line as bad, for a fault that the caller found. @throws UserError unless skipBad. */
  bad(file: string, line: number, why: string): void;
  /**
   * Where each value of the first column is last named, over all files: a pass that parses lines only
   * where the column does not come first.
   */
  lastLines(paths: readonly string[], column: string): Promise<LastLines>;
  /** Every row of the files, in batches; each is parsed when it is asked for. @throws UserError with file and line for a broken line, unless skipBad. */
  rows(path: string): AsyncGenerator<Iterable<JsonRow>>;
};

/** Reads rows in batches. */
export function rowReader(skipBad: boolean): RowReader {
  let badLines = 0;
  const bad = (file: string, line: number, why: string): void => {
    if (!skipBad) {
      throw new UserError(
        `${file} line ${line} is of no use: ${why}`,
        "mend or delete that line, or run again with --skip-bad to count such lines and go on",
      );
    }
    badLines++;
  };
  const parse = (file: string, line: number, text: string): JsonRow | null => {
    try {
      const value = JSON.parse(text) as unknown;
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        return { file, line, row: value as Record<string, unknown> };
      }
      bad(file, line, "it is not an object");
    } catch (error) {
      if (error instanceof UserError) throw error;
      bad(file, line, errorMessage(error));
    }
    return null;
  };
  // One row at a time: what was parsed is gone before the next is made.
  function* parsed(path: string, lines: Iterable<TextLine>): Generator<JsonRow> {
    for (const { number, text } of lines) {
      const row = parse(path, number, text);
      if (row !== null) yield row;
    }
  }
  return {
    get badLines() {
      return badLines;
    },
    bad,
    async lastLines(paths, column) {
      const last = new Map<string, number>();
      const firstLine: Record<string, number> = {};
      let total = 0;
      for (const path of paths) {
        firstLine[path] = total;
        for await (const { number, value } of namedLines(path, column)) {
          if (value !== null) last.set(value, total + number);
          firstLine[`${path}/`] = number;
        }
        total += firstLine[`${path}/`] ?? 0;
      }
      return {
        isLast: (value, line, file) => last.get(value) === (firstLine[file] ?? 0) + line,
      };
    },
    async *rows(path) {
      const lines = path.endsWith(".gz") ? unpacked(path) : plain(path);
      for await (const part of lines) yield parsed(path, part);
    },
  };
}

/**
 * Files that paths, globs or folders name, each once, in the order of the patterns and then by path.
 * @throws UserError when a pattern matches nothing.
 */
export async function inputFiles(root: string, patterns: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    const found = await matching(root, pattern);
    if (found.length === 0) {
      throw new UserError(
        `--input ${pattern} matches nothing in ${root}`,
        "name .jsonl files, a glob in quotes ('logs/*.jsonl'), or a folder; relative to the workspace",
      );
    }
    for (const file of found) files.add(file);
  }
  return [...files];
}

/** Bytes of all files. */
export async function totalBytes(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  return bytes;
}

// ---------------------------------------------------------------------------------------------

type TextLine = { readonly number: number; readonly text: string };

const CHUNK = 1 << 20;

/** Every line with the value of a column; null where the line has none. */
async function* namedLines(
  path: string,
  column: string,
): AsyncGenerator<{ readonly number: number; readonly value: string | null }> {
  const head = Buffer.from(`{"${column}"`);
  if (path.endsWith(".gz")) {
    for await (const { number, bytes } of readLines(path)) {
      yield { number, value: valueOf(bytes, 0, bytes.length, head, column) };
    }
    return;
  }
  for (const { number, bytes, from, to } of spans(path)) {
    yield { number, value: valueOf(bytes, from, to, head, column) };
  }
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

type Span = {
  readonly number: number;
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
};

/** Lines as places in a buffer that the next step overwrites. A line may be longer than a chunk. */
function* spans(path: string): Generator<Span> {
  const fd = opened(path);
  try {
    let buffer = Buffer.allocUnsafe(CHUNK);
    let used = 0;
    let number = 0;
    for (;;) {
      if (used === buffer.length) {
        const larger = Buffer.allocUnsafe(buffer.length * 2);
        buffer.copy(larger, 0, 0, used);
        buffer = larger;
      }
      const got = readSync(fd, buffer, used, buffer.length - used, null);
      used += got;
      let from = 0;
      const view = buffer.subarray(0, used);
      for (let at = view.indexOf(10); at >= 0; at = view.indexOf(10, from)) {
        number++;
        if (at > from) yield { number, bytes: view, from: afterMark(view, from, number), to: at };
        from = at + 1;
      }
      if (got === 0 && from < used) {
        number++;
        yield { number, bytes: view, from: afterMark(view, from, number), to: used };
        from = used;
      }
      buffer.copyWithin(0, from, used);
      used -= from;
      if (got === 0) return;
    }
  } finally {
    closeSync(fd);
  }
}

/** Behind a byte order mark on the first line. */
const afterMark = (bytes: Buffer, from: number, number: number): number =>
  number === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb ? from + 3 : from;

/** Lines in batches, each decoded when it is asked for. */
function* plain(path: string): Generator<Iterable<TextLine>> {
  yield texts(path);
}

function* texts(path: string): Generator<TextLine> {
  for (const { number, bytes, from, to } of spans(path)) {
    const text = bytes.toString("utf8", from, to);
    if (text.length > 2 || text.trim() !== "") yield { number, text };
  }
}

async function* unpacked(path: string): AsyncGenerator<Iterable<TextLine>> {
  for await (const { number, bytes } of readLines(path)) {
    yield [{ number, text: bytes.toString("utf8").replace(/^\uFEFF/, "") }];
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw diskError(path, "read", error);
  }
}

async function matching(root: string, pattern: string): Promise<string[]> {
  const path = resolve(root, pattern);
  const found = await stat(path).catch(() => null);
  if (found?.isFile() === true) return [path];
  if (found?.isDirectory() === true) return (await below(path)).filter(isJsonl);
  const { base, glob } = picomatch.scan(pattern.replace(/^\.\//, ""));
  if (glob === "") return [];
  const folder = isAbsolute(pattern) ? base : join(root, base);
  const isMatch = picomatch(glob);
  return (await below(folder)).filter((one) => isMatch(relative(folder, one).split(sep).join("/")));
}

const isJsonl = (path: string): boolean => /\.(?:jsonl|ndjson)(?:\.gz)?$/.test(path);

async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}
