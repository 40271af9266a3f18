/**
 * The workspace on disk. Every file is written whole or not at all: temp file, fsync, rename, fsync
 * of the folder. Reads go through a schema, and a file that does not parse is an error with its name.
 */
import {
  closeSync,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  open,
  openSync,
  rename,
  writeSync,
} from "node:fs";
import { readdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { z } from "zod";
import { UserError, errorCode, errorMessage } from "../errors.ts";
import { BrokenFile } from "./broken-file.ts";
import { diskError } from "./disk-faults.ts";
import { makeFolder } from "./make-folder.ts";
import { readWhole } from "./read-whole.ts";
import { statsIfThere } from "./stats-if-there.ts";

export { diskError } from "./disk-faults.ts";

export type Store = {
  readonly root: string;
  /** Absolute path of a file of the workspace. */
  path(...parts: readonly string[]): string;
  /** Sorted names in a folder; [] when there is no folder. Temp files and dot files are left out. */
  list(folder: string): Promise<string[]>;
  has(path: string): Promise<boolean>;
  /** @throws UserError when it is missing, is not JSON, or has the wrong shape. */
  read<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  /** null when it is missing. */
  readIfThere<T>(path: string, schema: z.ZodType<T>): Promise<T | null>;
  readText(path: string): Promise<string | null>;
  /** JSON with two spaces and a final newline. */
  write(path: string, value: unknown): Promise<void>;
  writeText(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
};

/** The files of a workspace; paths are relative to `root`. */
export function openStore(root: string): Store {
  const path = (...parts: readonly string[]): string => join(root, ...parts);

  const readText = async (file: string): Promise<string | null> => {
    try {
      return (await readWhole(path(file))).toString("utf8");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw diskError(path(file), "read", error);
    }
  };

  const readIfThere = async <T>(file: string, schema: z.ZodType<T>): Promise<T | null> => {
    const text = await readText(file);
    return text === null ? null : parseFile(file, text, schema);
  };

  return {
    root,
    path,
    readText,
    readIfThere,
    async read(file, schema) {
      const value = await readIfThere(file, schema);
      if (value === null) throw missing(file);
      return value;
    },
    async list(folder) {
      try {
        const names = await readdir(path(folder));
        return names.filter((name) => !name.startsWith(".") && !name.endsWith(".tmp")).sort();
      } catch (error) {
        if (errorCode(error) === "ENOENT") return [];
        throw diskError(path(folder), "read", error);
      }
    },
    async has(file) {
      return statsIfThere(path(file)) !== null;
    },
    write: (file, value) => writeWhole(path(file), `${JSON.stringify(value, null, 2)}\n`),
    writeText: (file, text) => writeWhole(path(file), text),
    async remove(file) {
      await unlink(path(file)).catch((error: unknown) => {
        if (errorCode(error) !== "ENOENT") throw diskError(path(file), "remove", error);
      });
    },
  };
}

type Content = string | Uint8Array | Iterable<string | Uint8Array>;

let temps = 0;

/**
 * Temp + fsync + rename + fsync of the folder; of a list the pieces one after the other.
 * @throws UserError for a full or read-only disk.
 */
export async function writeWhole(file: string, content: Content): Promise<void> {
  const temp = `${file}.${process.pid}.${++temps}.tmp`;
  try {
    await writeSynced(temp, content).catch(async (error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
      await makeFolder(dirname(file));
      await writeSynced(temp, content);
    });
    await renameFile(temp, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw diskError(file, "write", error);
  }
}

// ---------------------------------------------------------------------------------------------

/** Whatever may wait for the disk's journal is left to another thread: opening and renaming, too. */
async function writeSynced(path: string, content: Content): Promise<void> {
  const file = await openFile(path, "w");
  try {
    const isOne = typeof content === "string" || content instanceof Uint8Array;
    for (const piece of isOne ? [content] : content) writeAll(file, piece);
    await sync(file);
  } finally {
    closeSync(file);
  }
}

const openFile = promisify(open);
const renameFile = promisify(rename);

const sync = promisify(fdatasync);
const syncAll = promisify(fsync);

/** A write to a file may take less than it was given: the rest follows. */
export function writeAll(file: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

/**
 * Appends to a file that this process alone writes: all of it or, where the disk says no, nothing. Half a line
 * would take the one behind it along.
 */
export function appendWhole(file: number, text: string): void {
  const { size } = fstatSync(file);
  try {
    writeAll(file, text);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

/** Folders whose entries are on their way to the disk, with who joins the next round. */
const syncing = new Map<string, { running: Promise<void>; next: Promise<void> | null }>();

/**
 * Resolves when what was renamed in the folder until now is on disk. A round that has begun may have
 * missed it: everybody who comes meanwhile shares the one after it.
 */
function syncFolder(path: string): Promise<void> {
  const round = syncing.get(path);
  if (round === undefined) return beginRound(path);
  round.next ??= round.running.catch(() => {}).then(() => beginRound(path));
  return round.next;
}

function beginRound(path: string): Promise<void> {
  const round = { running: syncNow(path), next: null };
  syncing.set(path, round);
  return round.running.finally(() => {
    if (syncing.get(path) === round && round.next === null) syncing.delete(path);
  });
}

async function syncNow(path: string): Promise<void> {
  const folder = openSync(path, "r");
  try {
    // Not fdatasync: ext4 takes a new entry for metadata, which that one may leave out.
    await syncAll(folder);
  } finally {
    closeSync(folder);
  }
}

export function missing(file: string): UserError {
  return new UserError(`${file} is not there`, `run the stage that writes ${dirname(file)}/ first`);
}

/** What a file's text says. @throws BrokenFile when it is not JSON, or has the wrong shape. */
export function parseFile<T>(file: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = `${file} is not JSON: ${errorMessage(error)}`;
    throw new BrokenFile(file, message, mendOf(file), { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : `.${issue.path.join(".")}`;
  const message = `${file} has the wrong shape: ${where || "the file"}: ${issue?.message ?? "invalid"}`;
  throw new BrokenFile(file, message, mendOf(file), { cause: parsed.error });
}

// ---------------------------------------------------------------------------------------------

/** Of what no stage makes again, or not for nothing: who would. */
const NOBODY_REMAKES: readonly (readonly [file: RegExp, mend: string])[] = [
  [
    /^reign\//,
    "mend it by hand, or bring it back from a copy: it says who became king and why, and nothing makes it again",
  ],
  [
    /^review\//,
    "mend it by hand, or bring it back from a copy: it is a person's verdict, which only that person gives again",
  ],
  [
    /^outcome\/runs\//,
    "mend it by hand, or delete it: that rollout is then played again, and its model asked again",
  ],
  [
    /^(?:answer|score)(?:_\d+)?\//,
    "mend it by hand, or bring it back from a copy; or delete it and run the stage that writes it again: that asks and pays again",
  ],
];

function mendOf(file: string): string {
  const own = NOBODY_REMAKES.find(([pattern]) => pattern.test(file));
  return own?.[1] ?? "mend it by hand, or delete it and run the stage that writes it again";
}
