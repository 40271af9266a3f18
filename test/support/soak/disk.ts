/** A small disk of its own for a workspace, that can be made full: tmpfs, where this process may mount. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Disk = {
  readonly folder: string;
  /** Leaves so many bytes free. null: this disk cannot be made full. */
  readonly fill: ((free: number) => void) | null;
  /** Makes it large again. */
  empty(): void;
  close(): void;
};

const LARGE = "512m";

export function openDisk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-soak-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const isMounted = run("mount", "-t", "tmpfs", "-o", `size=${LARGE}`, "tmpfs", folder);
  if (!isMounted) return { folder, fill: null, empty: () => {}, close: remove };
  const size = (bytes: string): boolean => run("mount", "-o", `remount,size=${bytes}`, folder);
  return {
    folder,
    fill(free) {
      const { blocks, bfree, bsize } = statfsSync(folder);
      size(String((blocks - bfree) * bsize + free));
    },
    empty: () => void size(LARGE),
    close() {
      // What a test left open is its own fault, and no reason to leave a disk behind.
      if (!run("umount", folder)) run("umount", "--lazy", folder);
      remove();
    },
  };
}

const run = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;
