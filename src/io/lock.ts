/**
 * One writer per workspace. The lock file names its holder (boot, pid, start of the process, inode of the
 * folder, host), so that what a killed process left behind is recognised and taken over, also in a copy
 * of the workspace, after a boot, or under another host name.
 */
import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError, errorCode } from "../errors.ts";
import { onDisk, onDiskNow } from "./disk-faults.ts";
import { bootId, isLiving, startOf } from "./process-start.ts";

type Holder = {
  stage: string;
  pid: number;
  host: string;
  started: string;
  /** "" in locks of older builds, and where the system does not say. */
  boot: string;
  /** Inode of the workspace's folder: a copy has another. */
  folder: string;
};

/**
 * Takes the workspace's lock; the returned function gives it back.
 * @param file another lock beside it, for what lasts longer than a stage
 * @throws UserError when a living process (or one on another host) holds it.
 */
export async function lockWorkspace(
  root: string,
  stage: string,
  file = ".lock",
): Promise<() => Promise<void>> {
  const path = join(root, file);
  return onDisk(path, "write", () => takeLock(root, path, stage));
}

/** The stage that holds the workspace's lock right now; null: none, or a dead one. */
export function lockHolder(root: string): string | null {
  const path = join(root, ".lock");
  return onDiskNow(path, "read", () => {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    }
    const holder = parseHolder(text);
    return holder !== null && isAlive(holder, root) ? holder.stage : null;
  });
}

// ---------------------------------------------------------------------------------------------

async function takeLock(root: string, path: string, stage: string): Promise<() => Promise<void>> {
  const mine: Holder = {
    stage,
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    boot: bootId(),
    folder: inodeOf(root),
  };
  const temp = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temp, JSON.stringify(mine));
    // Every round either takes the lock, finds a living holder, or sets one dead holder aside.
    for (let round = 0; round < 100; round++) {
      if (await tryLink(temp, path)) return () => unlock(path, mine);
      const text = await readFile(path, "utf8").catch(() => null);
      if (text === null) continue;
      const holder = parseHolder(text);
      if (holder !== null && isAlive(holder, root)) throw held(root, path, holder);
      await setAside(path, text);
    }
  } finally {
    await unlink(temp).catch(() => {});
  }
  throw new UserError(
    `${stage}: ${path} changes hands too often`,
    "wait until the other stages of this workspace have ended, then run it again",
  );
}

async function tryLink(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function held(root: string, path: string, holder: Holder): UserError {
  const local = isOfThisMachine(holder);
  return new UserError(
    `${holder.stage} is already running in ${root} (pid ${holder.pid}${local ? "" : ` on ${holder.host}`})`,
    local
      ? "wait until it has ended, or stop it; or use another workspace with --root DIR"
      : `wait until it has ended; if that machine is gone, delete ${path}`,
  );
}

/** Moves a dead holder's lock away, and puts it back if somebody took the lock in between. */
async function setAside(path: string, seen: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale.tmp`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== seen) await tryLink(aside, path);
  await unlink(aside);
}

async function unlock(path: string, mine: Holder): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => "");
  const holder = parseHolder(text);
  if (holder !== null && holder.pid === mine.pid && holder.started === mine.started)
    await unlink(path);
}

function parseHolder(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    return typeof value.pid === "number" && typeof value.host === "string"
      ? {
          stage: String(value.stage),
          pid: value.pid,
          host: value.host,
          started: String(value.started),
          boot: typeof value.boot === "string" ? value.boot : "",
          folder: typeof value.folder === "string" ? value.folder : "",
        }
      : null;
  } catch {
    return null; // A torn lock file has no living holder: it is linked whole.
  }
}

function isAlive(holder: Holder, root: string): boolean {
  // The lock of another folder, copied along with it.
  if (holder.folder !== "" && holder.folder !== inodeOf(root)) return false;
  if (!isOfThisMachine(holder)) return true;
  // Since then the machine was started anew: its pids say nothing.
  if (holder.boot !== "" && holder.boot !== bootId()) return false;
  if (!isLiving(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === "" || holder.started === "" || started === holder.started;
}

/** The same boot, whatever the host is called now; or the same name, whatever the boot. */
function isOfThisMachine({ host, boot }: Holder): boolean {
  return host === hostname() || (boot !== "" && boot === bootId());
}

const inodeOf = (folder: string): string => String(statSync(folder, { bigint: true }).ino);
