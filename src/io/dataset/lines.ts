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

export type RowReader = {
  /** Lines that --skip-bad passed over. */
  readonly badLines: number;
  /** Counts a line as bad, for a fault that the caller found. @throws UserError unless skipBad. */
  bad(file: string, line: number, why: string): void;
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
  function* parsed(path: string, lines: readonly TextLine[]): Generator<JsonRow> {
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

// ---------------------------------------------------------------------------------------------

type TextLine = { readonly number: number; readonly text: string };

const CHUNK = 1 << 20;

/** Whole lines of a chunk at a time. A line may be longer than the chunk. */
function* plain(path: string): Generator<readonly TextLine[]> {
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
      const lines: TextLine[] = [];
      let from = 0;
      const view = buffer.subarray(0, used);
      for (let at = view.indexOf(10); at >= 0; at = view.indexOf(10, from)) {
        number++;
        push(lines, number, view, from, at);
        from = at + 1;
      }
      if (got === 0 && from < used) {
        push(lines, number + 1, view, from, used);
        from = used;
      }
      buffer.copyWithin(0, from, used);
      used -= from;
      if (lines.length > 0) yield lines;
      if (got === 0) return;
    }
  } finally {
    closeSync(fd);
  }
}

function push(lines: TextLine[], number: number, bytes: Buffer, from: number, to: number): void {
  const start = number === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb ? from + 3 : from;
  const text = bytes.toString("utf8", start, to);
  if (text.length > 2 || text.trim() !== "") lines.push({ number, text });
}

async function* unpacked(path: string): AsyncGenerator<readonly TextLine[]> {
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
