/**
 * The workspace on disk. Every file is written whole or not at all: temp file, fsync, rename, fsync
 * of the folder. Reads go through a schema, and a file that does not parse is an error with its name.
 */
import { open, mkdir, readFile, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UserError, errorCode, errorMessage } from "../errors.ts";

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
      return await readFile(path(file), "utf8");
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
      if (value === null) {
        throw new UserError(
          `${file} is not there`,
          `run the stage that writes ${dirname(file)}/ first`,
        );
      }
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
      return stat(path(file)).then(
        () => true,
        () => false,
      );
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

let temps = 0;

/** Temp + fsync + rename + fsync of the folder. @throws UserError for a full or read-only disk. */
export async function writeWhole(file: string, text: string | Uint8Array): Promise<void> {
  const temp = `${file}.${process.pid}.${++temps}.tmp`;
  try {
    await writeSynced(temp, text).catch(async (error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
      await mkdir(dirname(file), { recursive: true });
      await writeSynced(temp, text);
    });
    await rename(temp, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw diskError(file, "write", error);
  }
}

// ---------------------------------------------------------------------------------------------

async function writeSynced(path: string, text: string | Uint8Array): Promise<void> {
  const handle = await open(path, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseFile<T>(file: string, text: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${file} is not JSON: ${errorMessage(error)}`,
      "mend it by hand, or delete it and run the stage that writes it again",
      { cause: error },
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : `.${issue.path.join(".")}`;
  throw new UserError(
    `${file} has the wrong shape: ${where || "the file"}: ${issue?.message ?? "invalid"}`,
    "mend it by hand, or delete it and run the stage that writes it again",
    { cause: parsed.error },
  );
}

/** A disk fault as something the person can mend; any other fault unchanged. */
export function diskError(
  path: string,
  verb: "read" | "write" | "remove",
  error: unknown,
): unknown {
  const remedy = DISK_REMEDIES[errorCode(error)];
  if (remedy === undefined) return error;
  return new UserError(
    `cannot ${verb} ${path}: ${remedy.what} (${errorCode(error)})`,
    remedy.mend,
    {
      cause: error,
    },
  );
}

const DISK_REMEDIES: Readonly<Record<string, { what: string; mend: string }>> = {
  ENOSPC: {
    what: "the disk is full",
    mend: "free some space and run the stage again: what was saved so far is whole, and it goes on from there",
  },
  EDQUOT: {
    what: "the disk quota is used up",
    mend: "free some space and run the stage again: what was saved so far is whole, and it goes on from there",
  },
  EROFS: {
    what: "the file system is read-only",
    mend: "choose a workspace that you can write with --root DIR",
  },
  EACCES: {
    what: "no permission",
    mend: "give yourself write permission there, or choose another --root DIR",
  },
  EPERM: {
    what: "not permitted",
    mend: "give yourself write permission there, or choose another --root DIR",
  },
  ENOTDIR: { what: "a file stands where a folder should be", mend: "move that file away" },
  EISDIR: { what: "a folder stands where a file should be", mend: "move that folder away" },
  EMFILE: {
    what: "too many open files",
    mend: "raise the limit (ulimit -n 8192) and run it again",
  },
};
