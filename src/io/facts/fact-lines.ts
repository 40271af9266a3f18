/**
 * A file of facts: JSON arrays, one a line, `[kind, name, key, value, sum]`; of two with the same kind and name
 * the later one counts. The sum (CRC-32 of what stands before it) tells a line that somebody edited, or that the disk
 * spoiled, from what was written. Lines are only added, in one write that begins with a line feed, so that two
 * processes may add at once and a line that a kill tore off spoils no other. What is no such line is
 * passed over.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { errorCode, UserError } from "../../errors.ts";
import { writeAll, writeWhole } from "../store.ts";
import { makeFolderNow } from "../make-folder.ts";
import { openPlain } from "../plain-file.ts";

export type FactLine = readonly [kind: string, name: string, key: string, value: unknown];

/** Which file it is, so that places in one are not looked for in another that took its name. */
type FileId = number;

/** Every good line of the kinds; nothing where the file is not there or cannot be read. */
export function readFactLines(
  path: string,
  kinds: ReadonlySet<string> | null,
  see: (line: FactLine) => void,
): void {
  reading(path, (file) =>
    eachLine(file, (bytes, start, end) => {
      if (kinds !== null && !kinds.has(kindAt(bytes, start, end))) return;
      const line = parsed(bytes.toString("utf8", start, end));
      if (line !== null) see(line);
    }),
  );
}

/** Names of the kind that begin so; "": all. */
export type Sought = { readonly kind: string; readonly prefix: string };

/**
 * Where lines of the kinds (null: of all) begin, in bytes: a look at their heads alone. Whether one is good shows
 * when it is read. null: the file is not there or cannot be read.
 */
export function findFactLines(
  path: string,
  sought: readonly Sought[] | null,
  see: (kind: string, name: string, at: number) => void,
): FileId | null {
  const heads = sought?.map(({ kind, prefix }) => ({
    kind,
    bytes: Buffer.from(`["${kind}","${prefix}`),
  }));
  return reading(path, (file) => {
    eachLine(file, (bytes, start, end, at) => {
      const kind =
        heads === undefined
          ? kindAt(bytes, start, end)
          : heads.find((head) => startsWith(bytes, start, head.bytes))?.kind;
      if (kind === undefined || bytes[end - 1] !== CLOSE) return;
      const name = nameAt(bytes, start + kind.length + HEAD_BYTES, end);
      if (name !== null) see(kind, name, at);
    });
    return fstatSync(file).ino;
  });
}

/**
 * Reads lines by their places; those behind one another cost one read of the disk for many, also where a few such
 * rows of lines are gone through side by side (answers, and what became of them).
 */
export function lineWindow(path: string): (file: FileId, at: number) => FactLine | null {
  let windows: Window[] = [];
  const lineIn = ({ file, from, bytes }: Window, wanted: FileId, at: number): string | null => {
    if (file !== wanted || at < from || at >= from + bytes.length) return null;
    const end = bytes.indexOf(LINE_FEED, at - from);
    return end < 0 ? null : bytes.toString("utf8", at - from, end);
  };
  return (file, at) => {
    for (const window of windows) {
      const text = lineIn(window, file, at);
      if (text !== null) return parsed(text);
    }
    for (let size = WINDOW_BYTES; size <= MOST_BYTES; size *= 4) {
      const bytes = bytesAt(path, file, at, size);
      if (bytes === null) return null;
      const window = { file, from: at, bytes };
      const text = lineIn(window, file, at);
      if (text === null && bytes.length === size) continue;
      windows = [window, ...windows.slice(0, MOST_WINDOWS - 1)];
      return text === null ? null : parsed(text);
    }
    return null;
  };
}

type Window = { readonly file: FileId; readonly from: number; readonly bytes: Buffer };

/**
 * @returns where each line begins; null: another process added at the same time, and it is not known.
 * @throws the disk's own error: a cache that cannot be written is the caller's to bear.
 */
export function addFactLines(
  path: string,
  lines: readonly FactLine[],
): { readonly file: FileId; readonly places: readonly number[] } | null {
  makeFolderNow(dirname(path));
  const texts = lines.map((line) => Buffer.from(`${summed(line)}\n`));
  const all = Buffer.concat([Buffer.from("\n"), ...texts]);
  const file = openToAdd(path);
  try {
    const { size } = fstatSync(file);
    writeAll(file, all);
    const after = fstatSync(file);
    if (after.size !== size + all.length) return null;
    let at = size + 1;
    return { file: after.ino, places: texts.map(({ length }) => (at += length) - length) };
  } finally {
    closeSync(file);
  }
}

/** The file anew without lines that later ones overtook. */
export async function tidyFactLines(path: string): Promise<void> {
  const last = new Map<string, number>();
  const file = findFactLines(path, null, (kind, name, at) => last.set(`${kind}\n${name}`, at));
  if (file === null) return;
  const places = [...last.values()].sort((a, b) => a - b);
  last.clear();
  await writeWhole(path, linesAt(path, file, places));
}

// ---------------------------------------------------------------------------------------------

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const BLOCK_BYTES = 1 << 20;
const WINDOW_BYTES = 1 << 16;
const MOST_BYTES = 1 << 28;
const MOST_WINDOWS = 4;
const LINE_FEED = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE = 93;
/** `["` and `","` around the kind. */
const HEAD_BYTES = 5;

/** null: nothing is known. Whatever keeps a cache from being read, the files themselves are there. */
function reading<T>(path: string, read: (file: number) => T): T | null {
  const file = openToRead(path);
  if (file === null) return null;
  try {
    return read(file);
  } finally {
    closeSync(file);
  }
}

/** null: it is another file by now. */
function bytesAt(path: string, file: FileId, at: number, size: number): Buffer | null {
  return reading(path, (open) => {
    if (fstatSync(open).ino !== file) return null;
    const bytes = Buffer.allocUnsafe(size);
    let held = 0;
    for (let read = -1; read !== 0 && held < size; held += read) {
      read = readSync(open, bytes, held, size - held, at + held);
    }
    return bytes.subarray(0, held);
  });
}

function* linesAt(path: string, file: FileId, places: readonly number[]): Generator<Buffer> {
  const line = lineWindow(path);
  let some = "";
  for (const at of places) {
    const read = line(file, at);
    if (read !== null) some += `${summed(read)}\n`;
    if (some.length < BLOCK_BYTES) continue;
    yield Buffer.from(some);
    some = "";
  }
  yield Buffer.from(some);
}

/** Not through a link: what stands at its end may be anybody's. The disk has the same word for links in a circle. */
function openToAdd(path: string): number {
  try {
    return openPlain(path, APPEND);
  } catch (error) {
    if (errorCode(error) !== "ELOOP") throw error;
    throw new UserError(
      `${path} is a link, and nothing is added through it`,
      "remove the link: the cache is made anew",
      { cause: error },
    );
  }
}

function openToRead(path: string): number | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
    return null;
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return null;
  }
}

/** `at`: where the line begins in the file. */
function eachLine(
  file: number,
  see: (bytes: Buffer, start: number, end: number, at: number) => void,
): void {
  let block = Buffer.alloc(BLOCK_BYTES);
  let held = 0;
  let before = 0;
  for (;;) {
    // No line of ours is that long: what follows is not known, that is all.
    if (held > MOST_BYTES) return;
    if (held === block.length) block = Buffer.concat([block], block.length * 2);
    const size = readSync(file, block, held, block.length - held, null);
    const end = held + size;
    let start = 0;
    for (
      let at = block.indexOf(LINE_FEED);
      at >= 0 && at < end;
      at = block.indexOf(LINE_FEED, start)
    ) {
      if (at > start) see(block, start, at, before + start);
      start = at + 1;
    }
    // A last line without its end was torn off, or is on its way.
    if (size === 0) return;
    block.copyWithin(0, start, end);
    before += start;
    held = end - start;
  }
}

/** `["answer","...` -> "answer". */
function kindAt(bytes: Buffer, start: number, end: number): string {
  const close = bytes.indexOf(QUOTE, start + 2);
  return close < 0 || close > end ? "" : bytes.toString("latin1", start + 2, close);
}

function startsWith(bytes: Buffer, start: number, head: Buffer): boolean {
  for (let at = 0; at < head.length; at++) if (bytes[start + at] !== head[at]) return false;
  return true;
}

/** The text that begins behind a quote; null: it does not end on the line. */
function nameAt(bytes: Buffer, start: number, end: number): string | null {
  let close = bytes.indexOf(QUOTE, start);
  while (close >= 0 && close < end && isEscaped(bytes, start, close)) {
    close = bytes.indexOf(QUOTE, close + 1);
  }
  if (close < 0 || close >= end) return null;
  const name = bytes.toString("utf8", start, close);
  if (!name.includes("\\")) return name;
  return unescaped(name);
}

function unescaped(text: string): string | null {
  try {
    const name: unknown = JSON.parse(`"${text}"`);
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

function isEscaped(bytes: Buffer, start: number, at: number): boolean {
  let slashes = 0;
  while (at - slashes > start && bytes[at - slashes - 1] === BACKSLASH) slashes++;
  return slashes % 2 === 1;
}

/** A line as it is written. */
export function summed(line: FactLine): string {
  const text = JSON.stringify(line).slice(0, -1);
  return `${text},${crc32(text)}]`;
}

function parsed(text: string): FactLine | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length !== 5) return null;
    const [kind, name, key, made, sum] = value as unknown[];
    if (sum !== crc32(text.slice(0, text.lastIndexOf(",")))) return null;
    return typeof kind === "string" && typeof name === "string" && typeof key === "string"
      ? [kind, name, key, made]
      : null;
  } catch {
    return null;
  }
}
