/**
 * A file of facts: JSON arrays, one a line, `[kind, name, key, value]`; of two with the same kind and name
 * the later one counts. Lines are only added, in one write that begins with a line feed, so that two
 * processes may add at once and a line that a kill tore off spoils no other. What is no such line is
 * passed over.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode, UserError } from "../../errors.ts";
import { writeAll, writeWhole } from "../store.ts";
import { makeFolderNow } from "../make-folder.ts";

export type FactLine = readonly [kind: string, name: string, key: string, value: unknown];

/** Every good line of the kinds; nothing where the file is not there or cannot be read. */
export function readFactLines(
  path: string,
  kinds: ReadonlySet<string> | null,
  see: (line: FactLine) => void,
): void {
  const file = openToRead(path);
  if (file === null) return;
  try {
    eachLine(file, (bytes, start, end) => {
      if (kinds !== null && !kinds.has(kindAt(bytes, start, end))) return;
      const line = parsed(bytes.toString("utf8", start, end));
      if (line !== null) see(line);
    });
  } finally {
    closeSync(file);
  }
}

/** @throws the disk's own error: a cache that cannot be written is the caller's to bear. */
export function addFactLines(path: string, lines: readonly FactLine[]): void {
  makeFolderNow(dirname(path));
  const file = openToAdd(path);
  try {
    writeAll(file, `\n${lines.map((line) => `${JSON.stringify(line)}\n`).join("")}`);
  } finally {
    closeSync(file);
  }
}

/** The file anew without lines that later ones overtook. */
export async function tidyFactLines(path: string): Promise<void> {
  const last = new Map<string, FactLine>();
  readFactLines(path, null, (line) => last.set(`${line[0]}\n${line[1]}`, line));
  const lines = [...last.values()].map((line) => `${JSON.stringify(line)}\n`);
  await writeWhole(path, lines.join(""));
}

// ---------------------------------------------------------------------------------------------

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const BLOCK_BYTES = 1 << 20;
const MOST_BYTES = 1 << 28;

/** Not through a link: what stands at its end may be anybody's. The disk has the same word for links in a circle. */
function openToAdd(path: string): number {
  try {
    return openSync(path, APPEND);
  } catch (error) {
    if (errorCode(error) !== "ELOOP") throw error;
    throw new UserError(
      `${path} is a link, and nothing is added through it`,
      "remove the link: the cache is made anew",
      { cause: error },
    );
  }
}

/** null: nothing is known. Whatever keeps a cache from being read, the files themselves are there. */
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

function eachLine(file: number, see: (bytes: Buffer, start: number, end: number) => void): void {
  let block = Buffer.alloc(BLOCK_BYTES);
  let held = 0;
  for (;;) {
    // No line of ours is that long: what follows is not known, that is all.
    if (held > MOST_BYTES) return;
    if (held === block.length) block = Buffer.concat([block], block.length * 2);
    const size = readSync(file, block, held, block.length - held, null);
    const end = held + size;
    let start = 0;
    for (let at = block.indexOf(10); at >= 0 && at < end; at = block.indexOf(10, start)) {
      if (at > start) see(block, start, at);
      start = at + 1;
    }
    // A last line without its end was torn off, or is on its way.
    if (size === 0) return;
    block.copyWithin(0, start, end);
    held = end - start;
  }
}

/** `["answer","...` -> "answer". */
function kindAt(bytes: Buffer, start: number, end: number): string {
  const close = bytes.indexOf(34, start + 2);
  return close < 0 || close > end ? "" : bytes.toString("latin1", start + 2, close);
}

function parsed(text: string): FactLine | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length !== 4) return null;
    const [kind, name, key, made] = value as unknown[];
    return typeof kind === "string" && typeof name === "string" && typeof key === "string"
      ? [kind, name, key, made]
      : null;
  } catch {
    return null;
  }
}
