/**
 * Texts that are searched and not held: `answer/.texts`, blocks of some megabytes that are only ever added,
 * each with its name and length in front and a NUL behind every text. Whoever keeps a place of it (in the
 * facts) asks `find` whether the block is still there. A cache like the facts: what is torn or worn is begun
 * anew, and where the folder cannot be written the blocks stay in memory.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  read,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import { promisify } from "node:util";
import { errorCode } from "../../errors.ts";
import type { Store } from "../store.ts";
import { writeAll } from "../store.ts";

/** Where a text lies: bytes from `at` of the block called `block`. */
export type TextPlace = { readonly block: string; readonly at: number; readonly bytes: number };

export type Texts = {
  put(text: string): TextPlace;
  /** Whether the place that was kept earlier is in this file. */
  has(place: TextPlace): boolean;
  /** Tells of a place whether its text has the word in it (as bytes, so in the same case). */
  holding(word: string): Promise<(place: TextPlace) => boolean>;
  /** Puts down what is held. */
  flush(): void;
  /** Bytes of all blocks. */
  bytes(): number;
  /** Whoever opens it next begins anew; places go on being good here. */
  discard(): void;
  /** `isWhole` false: nobody will ask for what is held, and it is not put down. @default true */
  close(isWhole?: boolean): void;
};

/** Relative to the workspace. */
export const TEXTS_FILE = "answer/.texts";

/** `isKept`: whether blocks are put down at all; few texts are as well in memory. */
export function openTexts(store: Store, isKept: () => boolean = () => true): Texts {
  const path = store.path(TEXTS_FILE);
  let file = openWhole(path);
  const blocks = (file === null ? null : blocksIn(file)) ?? new Map<string, Block>();
  /** Where the next block of anybody's may begin. */
  let end = endOf(blocks);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let name = newName();

  let isClosed = false;

  const flush = (): void => {
    if (held.length === 0 || isClosed) return;
    const body = Buffer.concat(held);
    if (isKept()) file ??= create(path);
    const at = file === null || !isKept() ? null : added(file, name, body, end);
    blocks.set(
      name,
      at === null ? { body, at: 0, bytes: body.length } : { at, bytes: body.length },
    );
    if (at !== null) end = at + body.length;
    held = [];
    heldBytes = 0;
    name = newName();
  };

  return {
    put(text) {
      const bytes = Buffer.from(`${text.replaceAll("\0", " ")}\0`, "utf8");
      const place = { block: name, at: heldBytes, bytes: bytes.length - 1 };
      held.push(bytes);
      heldBytes += bytes.length;
      if (heldBytes >= BLOCK_BYTES) flush();
      return place;
    },
    has({ block, at, bytes }) {
      const known = blocks.get(block);
      return known !== undefined && at >= 0 && bytes >= 0 && at + bytes < known.bytes;
    },
    async holding(word) {
      flush();
      const needle = Buffer.from(word.replaceAll("\0", " "), "utf8");
      const found = new Map<string, readonly number[]>();
      for (const [block, place] of blocks) {
        const body = place.body ?? (file === null ? null : await bodyOf(file, place));
        if (body !== null) found.set(block, hitsIn(body, needle));
      }
      return ({ block, at, bytes }) => hasBetween(found.get(block) ?? [], at, at + bytes);
    },
    flush,
    bytes: () => [...blocks.values()].reduce((sum, block) => sum + block.bytes, heldBytes),
    discard() {
      try {
        rmSync(path, { force: true });
      } catch (error) {
        if (errorCode(error) === "") throw error;
      }
    },
    close(isWhole = true) {
      if (isWhole) flush();
      isClosed = true;
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** `body` only where it could not be put down. */
type Block = { readonly at: number; readonly bytes: number; readonly body?: Buffer };

const BLOCK_BYTES = 4 << 20;
const MOST_BYTES = 1 << 30;
const NAME_DIGITS = 16;
const LENGTH_DIGITS = 10;
/** "name length\n" in front of a block. */
const HEAD_BYTES = NAME_DIGITS + 1 + LENGTH_DIGITS + 1;

const { O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
const readAt = promisify(read);

const newName = (): string => randomBytes(NAME_DIGITS / 2).toString("hex");

const endOf = (blocks: ReadonlyMap<string, Block>): number =>
  [...blocks.values()].reduce((end, { at, bytes }) => Math.max(end, at + bytes), 0);

/** null: it is not there, or cannot be had for writing; not through a link. */
function openWhole(path: string): number | null {
  try {
    const file = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    if (fstatSync(file).isFile() && blocksIn(file) !== null) return file;
    closeSync(file);
    return null;
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return null;
  }
}

/** A new file in the place of the old, which whoever has it open keeps; null: the folder cannot be written. */
function create(path: string): number | null {
  try {
    const temp = `${path}.${process.pid}.${newName()}.tmp`;
    const file = openSync(temp, O_RDWR | O_APPEND | O_CREAT | O_EXCL, 0o666);
    renameSync(temp, path);
    return file;
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return null;
  }
}

/** Every block from head to head; null: one is torn, and with it what follows. */
function blocksIn(file: number, from = 0): Map<string, Block> | null {
  const { size } = fstatSync(file);
  const blocks = new Map<string, Block>();
  const head = Buffer.alloc(HEAD_BYTES);
  for (let at = from; at < size;) {
    if (readSync(file, head, 0, HEAD_BYTES, at) < HEAD_BYTES) return null;
    const text = head.toString("latin1");
    const bytes = Number(text.slice(NAME_DIGITS + 1));
    if (!HEAD.test(text) || at + HEAD_BYTES + bytes > size || bytes > MOST_BYTES) return null;
    blocks.set(text.slice(0, NAME_DIGITS), { at: at + HEAD_BYTES, bytes });
    at += HEAD_BYTES + bytes;
  }
  return blocks;
}

const HEAD = /^[0-9a-f]{16} \d{10}\n$/;

/**
 * Adds a block in one write. Another process may have added one meanwhile: then ours stands behind it. Gives
 * where its body is; null: it was not put down.
 */
function added(file: number, name: string, body: Buffer, end: number): number | null {
  try {
    const length = String(body.length).padStart(LENGTH_DIGITS, "0");
    writeAll(file, Buffer.concat([Buffer.from(`${name} ${length}\n`, "latin1"), body]));
    return blocksIn(file, end)?.get(name)?.at ?? null;
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return null;
  }
}

/** null: it cannot be read, so that nothing is found in it. */
async function bodyOf(file: number, { at, bytes }: Block): Promise<Buffer | null> {
  const body = Buffer.allocUnsafe(bytes);
  try {
    for (let read = 0; read < bytes;) {
      const { bytesRead } = await readAt(file, body, read, bytes - read, at + read);
      if (bytesRead === 0) return null;
      read += bytesRead;
    }
    return body;
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return null;
  }
}

/** The first place of the word in every text that has it, ascending. */
function hitsIn(body: Buffer, needle: Buffer): number[] {
  const hits: number[] = [];
  for (let at = body.indexOf(needle); at !== -1; at = body.indexOf(needle, at)) {
    hits.push(at);
    const close = body.indexOf(0, at);
    if (close === -1) break;
    at = close + 1;
  }
  return hits;
}

/** Whether one of the ascending numbers is in [from, to). */
function hasBetween(hits: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const hit = hits[low];
  return hit !== undefined && hit < to;
}
