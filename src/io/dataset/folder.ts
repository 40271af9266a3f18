/**
 * The output folder of a builder, whole or absent: everything is made in a hidden folder beside it.
 * A new folder appears by one rename; one that is replaced loses dataset_stats.json first and gets
 * it back last, so that its presence says that the set is whole.
 */
import { open, readFile, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError, errorCode } from "../../errors.ts";
import { diskError } from "../disk-faults.ts";
import { makeFolder } from "../make-folder.ts";

/** Written last: a folder that has it is whole. */
export const STATS_FILE = "dataset_stats.json";

export const CARD_FILE = "README.md";

/** Where a card that somebody edited is kept when its set is built again. */
export const EDITED_CARD_FILE = "README.edited.md";

/** The card of a set that is there, and what its statistics say of it; null: there is no such set. */
export async function cardThere(
  target: string,
): Promise<{ readonly text: string; readonly said: unknown } | null> {
  try {
    const text = await readFile(join(target, CARD_FILE), "utf8");
    const stats = Object(JSON.parse(await readFile(join(target, STATS_FILE), "utf8"))) as {
      card?: unknown;
    };
    return { text, said: stats.card };
  } catch {
    return null; // No set, or a torn one: it holds no card that anybody relied on.
  }
}

export type OutputFolder = {
  /** Where it is made. */
  readonly temp: string;
  /** Absolute path in the making of a file; its folder is made. */
  path(name: string): Promise<string>;
  /** Renames a file of what is in the making. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file or folder of what is in the making. */
  remove(name: string): Promise<void>;
  /** Puts the files in place. `names`: all files of the set, relative. */
  commit(names: readonly string[]): Promise<void>;
  /** Removes what was made. */
  discard(): Promise<void>;
};

/**
 * Begins a set.
 * @param target absolute. @throws UserError when it holds something already and not `force`.
 */
export async function beginFolder(target: string, force: boolean): Promise<OutputFolder> {
  const there = await entriesOf(target);
  if (there.length > 0 && !force) {
    throw new UserError(
      `${target} is not empty (${there.slice(0, 5).join(", ")}${there.length > 5 ? ", ..." : ""})`,
      "run it again with --force to replace the set in it, or name another folder with --output",
    );
  }
  const temp = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  await guarded(target, async () => {
    await makeFolder(dirname(target));
    await sweep(target);
    await makeFolder(temp);
  });
  return {
    temp,
    ...filesIn(temp),
    async move(from, to) {
      const path = join(temp, to);
      await guarded(path, () => makeFolder(dirname(path)));
      await guarded(path, () => rename(join(temp, from), path));
    },
    remove: (name) => rm(join(temp, name), { recursive: true, force: true }),
    async commit(names) {
      await guarded(target, async () => {
        for (const name of names) await syncFile(join(temp, name));
        if (await renamed(temp, target)) return syncFile(dirname(target));
        return replace(temp, target, names);
      });
    },
    discard: () => rm(temp, { recursive: true, force: true }),
  };
}

/** Paths in a folder in the making, for a thread that was told where it is. */
export function filesIn(temp: string): Pick<OutputFolder, "path"> {
  return {
    async path(name) {
      const path = join(temp, name);
      await guarded(path, () => makeFolder(dirname(path)));
      return path;
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** False when something is there already. */
async function renamed(temp: string, target: string): Promise<boolean> {
  try {
    await rename(temp, target);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOTEMPTY" || errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function replace(temp: string, target: string, names: readonly string[]): Promise<void> {
  const before = await filesOf(target);
  await rm(join(target, STATS_FILE), { force: true });
  for (const name of before) {
    if (!names.includes(name)) await rm(join(target, name), { force: true });
    const folder = dirname(name);
    if (folder !== ".") await rmdir(join(target, folder)).catch(() => {});
  }
  const inOrder = [...names.filter((name) => name !== STATS_FILE), STATS_FILE];
  for (const name of inOrder) {
    await makeFolder(dirname(join(target, name)));
    await rename(join(temp, name), join(target, name));
  }
  await syncFile(target);
  await rm(temp, { recursive: true, force: true });
}

/** The files that the last run says it wrote: nothing else is ever removed. */
async function filesOf(target: string): Promise<string[]> {
  const text = await readFile(join(target, STATS_FILE), "utf8").catch(() => "{}");
  let stats: { files?: unknown };
  try {
    stats = Object(JSON.parse(text)) as { files?: unknown };
  } catch {
    return []; // A torn file lists nothing that could be removed.
  }
  const files = Array.isArray(stats.files) ? (stats.files as unknown[]) : [];
  return files
    .map((file) => (Object(file) as { name?: unknown }).name)
    .filter((name): name is string => typeof name === "string" && isInside(name));
}

const isInside = (name: string): boolean =>
  !name.startsWith("/") && name.split("/").every((part) => part !== "" && part !== "..");

/** A folder in the making, and the mark of what a set was made from (`made-from.ts`) on its way. */
const LEFT = /^(?:\d+|made\.json\.\d+\.\d+)\.tmp$/;

/** What killed runs left beside the target. */
async function sweep(target: string): Promise<void> {
  const prefix = `.${basename(target)}.`;
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix) && LEFT.test(name.slice(prefix.length))) {
      await rm(join(dirname(target), name), { recursive: true, force: true });
    }
  }
}

async function entriesOf(target: string): Promise<string[]> {
  try {
    return (await readdir(target)).filter((name) => name !== ".gitkeep").sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    if (errorCode(error) === "ENOTDIR") {
      throw new UserError(`${target} is a file`, "name a folder with --output");
    }
    throw diskError(target, "read", error);
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function guarded<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw diskError(path, "write", error);
  }
}
