/**
 * The one place that turns faults of the disk into what the person can mend: what, where, how. Whoever
 * touches the disk goes through `diskError` or `onDisk`; `toldFault` catches what came past them.
 */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError, errorCode } from "../errors.ts";

export type DiskVerb = "read" | "write" | "remove";

/** A disk fault as something the person can mend; any other fault unchanged. */
export function diskError(path: string, verb: DiskVerb, error: unknown): unknown {
  const isOfFolder = isOfMkdir(error) || isOfNewFile(verb, error);
  const code = isOfFolder ? codeOfMkdir(path, errorCode(error)) : errorCode(error);
  const remedy = REMEDIES[code] ?? (isOfFolder ? MKDIR_REMEDIES[code] : undefined);
  if (remedy === undefined) return error;
  const named = verb === "read" ? path : wantedPath(path);
  return new UserError(`cannot ${verb} ${named}: ${remedy.what} (${code})`, remedy.mend, {
    cause: error,
  });
}

/**
 * The name that a file in the making will have: "out.jsonl" of "out.jsonl.4711.2.tmp", "set/train.jsonl" of
 * ".set.4711.tmp/train.jsonl". Nobody knows the other, which is gone when somebody looks.
 */
export function wantedPath(path: string): string {
  return path
    .replace(/(^|\/)\.([^/]+)\.\d+\.tmp(?=\/)/g, "$1$2")
    .replace(/(?:\.\d+){1,2}\.tmp$/, "");
}

/** Does what touches the disk. @throws UserError for a fault of the disk. */
export async function onDisk<T>(path: string, verb: DiskVerb, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw diskError(path, verb, error);
  }
}

/** The same for calls that do not wait. */
export function onDiskNow<T>(path: string, verb: DiskVerb, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskError(path, verb, error);
  }
}

/**
 * A fault that reached the end of a script: of a file call, told by its own path and call; any other
 * as it is. Sockets have faults with the same codes, and no path.
 */
export function toldFault(error: unknown): unknown {
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  const syscall = String(error.syscall);
  const path = "path" in error && typeof error.path === "string" ? error.path : null;
  const verb = VERBS[syscall];
  if (verb === undefined || (path === null && !FULL.has(errorCode(error)))) return error;
  return diskError(path ?? "a file of the workspace", verb, error);
}

// ---------------------------------------------------------------------------------------------

const ROOM =
  "free some space and run the stage again: what was saved so far is whole, and it goes on from there";
const PERMISSION =
  "give yourself write permission there, or choose another --root DIR, or a file elsewhere if you named it";

const REMEDIES: Readonly<Record<string, { what: string; mend: string }>> = {
  ENOSPC: { what: "the disk is full", mend: ROOM },
  EDQUOT: { what: "the disk quota is used up", mend: ROOM },
  EFBIG: {
    what: "the file grew over what the disk or a limit allows",
    mend: "raise the limit (ulimit -f), or choose another disk with --root DIR",
  },
  EROFS: {
    what: "the file system is read-only",
    mend: "choose a workspace that you can write with --root DIR, or a file elsewhere if you named it",
  },
  EACCES: { what: "no permission", mend: PERMISSION },
  EPERM: { what: "not permitted", mend: PERMISSION },
  ENOTDIR: { what: "a file stands where a folder should be", mend: "move that file away" },
  EISDIR: { what: "a folder stands where a file should be", mend: "move that folder away" },
  ELOOP: {
    what: "its links point in a circle",
    mend: "remove the link, and put the file or folder itself in its place",
  },
  ENAMETOOLONG: {
    what: "the name is longer than the file system allows",
    mend: "choose a workspace with a shorter path with --root DIR, or a shorter name for what you named",
  },
  EIO: {
    what: "the disk reports a fault of its own",
    mend: "look at the disk (dmesg), save the workspace elsewhere, and run the stage again there",
  },
  EBUSY: {
    what: "it is in use by something else",
    mend: "end what holds it (lsof shows it), then run it again",
  },
  ETXTBSY: {
    what: "it is in use by something else",
    mend: "end what holds it (lsof shows it), then run it again",
  },
  ESTALE: {
    what: "the network file system lost it",
    mend: "mount it again, then run the stage again; a local disk is safer for a workspace",
  },
  EMFILE: {
    what: "too many open files",
    mend: "raise the limit (ulimit -n 8192) and run it again",
  },
  ENFILE: {
    what: "too many open files on this machine",
    mend: "end what holds them, or raise fs.file-max, and run it again",
  },
};

/** Of a folder that cannot be made; of other calls these codes are for our own code to expect. */
const MKDIR_REMEDIES: Readonly<Record<string, { what: string; mend: string }>> = {
  ENOENT: {
    what: "a folder on the way to it is gone",
    mend: "make the folder, or name one that is there",
  },
  EEXIST: { what: "a file stands where a folder should be", mend: "move that file away" },
};

const isOfMkdir = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && error.syscall === "mkdir";

/** A file that is to be written is missing by its folder alone. */
const isOfNewFile = (verb: DiskVerb, error: unknown): boolean =>
  verb === "write" &&
  errorCode(error) === "ENOENT" &&
  error instanceof Error &&
  "syscall" in error &&
  error.syscall === "open";

/**
 * Node says ENOENT of folders that it was to make one inside the other on a read-only disk: the first
 * folder above that is there knows better.
 */
function codeOfMkdir(path: string, code: string): string {
  if (code !== "ENOENT") return code;
  let above = resolve(path);
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  try {
    accessSync(above, constants.W_OK);
    return code;
  } catch (error) {
    return errorCode(error);
  }
}

/** What a system call wanted. */
const VERBS: Readonly<Record<string, DiskVerb>> = {
  open: "read",
  read: "read",
  stat: "read",
  lstat: "read",
  scandir: "read",
  opendir: "read",
  readlink: "read",
  realpath: "read",
  mkdir: "write",
  mkdtemp: "write",
  write: "write",
  writev: "write",
  fsync: "write",
  fdatasync: "write",
  ftruncate: "write",
  rename: "write",
  link: "write",
  symlink: "write",
  copyfile: "write",
  utime: "write",
  unlink: "remove",
  rm: "remove",
  rmdir: "remove",
};

/** Faults of an open file carry no path. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EIO", "EFBIG", "ESTALE"]);
