/** Which files of a folder this process holds open, by what the kernel says; [] where it does not say. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";

const HELD = "/proc/self/fd";

export function openFilesBelow(folder: string): string[] {
  if (!existsSync(HELD)) return [];
  return readdirSync(HELD).flatMap((fd) => {
    try {
      const path = readlinkSync(`${HELD}/${fd}`);
      return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
    } catch {
      return []; // The listing's own, which is closed already.
    }
  });
}
