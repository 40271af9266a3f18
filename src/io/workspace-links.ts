/** A link in place of a stage folder is followed only where it stays inside the workspace. */
import type { Dirent } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { UserError, errorCode } from "../errors.ts";
import { diskError, onDisk } from "./disk-faults.ts";

/** @throws UserError for a stage folder that is a link out of the workspace, or to nothing. */
export async function checkLinks(root: string): Promise<void> {
  const entries = await onDisk(root, "read", () => readdir(root, { withFileTypes: true }));
  const links = entries.filter((entry: Dirent) => entry.isSymbolicLink() && OURS.test(entry.name));
  if (links.length === 0) return;
  const home = await onDisk(root, "read", () => realpath(root));
  for (const { name } of links) {
    const target = await targetOf(join(root, name));
    if (target !== null && target.startsWith(home + sep)) continue;
    throw new UserError(
      `${name} is a link to ${target ?? "nothing that is there"}, outside of the workspace ${root}`,
      `remove the link ${name}; to keep the workspace elsewhere, name that folder with --root DIR`,
    );
  }
}

/** A folder's one path, whatever links lead to it. @throws UserError for a fault of the disk */
export const realFolder = (path: string): Promise<string> =>
  onDisk(path, "read", () => realpath(path));

/** Whether a link stands there; false: something else, or nothing. */
export async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return false;
    throw diskError(path, "read", error);
  }
}

/** Whether a folder is one that stages write into, or lies in one. */
export function isOurs(root: string, folder: string): boolean {
  return OURS.test(relative(root, folder).split(sep)[0] ?? "");
}

// ---------------------------------------------------------------------------------------------

const OURS =
  /^(?:prompt|commit|answer(?:_\d+)?|score|report|final|refined|defeat|review|dataset|artifacts|evaluation|reign|engine|outcome)$/;

async function targetOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ELOOP") return null;
    throw error;
  }
}
