/** Reading the lock files that training/lock.py writes. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The build of torch: PyTorch's CPU build, or what the package index has (CUDA on Linux). */
export type Build = "cpu" | "index";

export type LockFile = {
  readonly text: string;
  /** Canonical name -> version. */
  readonly pins: ReadonlyMap<string, string>;
};

export function readLock(path: string): LockFile {
  const text = readFileSync(path, "utf8");
  const lines = text.matchAll(/^([a-z0-9-]+)==([^\s;]+)/gm);
  return { text, pins: new Map([...lines].map(([, name = "", version = ""]) => [name, version])) };
}

/** MB (1e6 bytes) to fetch on a machine such as "linux-x64"; 0 where a package has no file for it. */
export function megabytes(locks: readonly LockFile[], machine: string, build: Build): number {
  const sizes = locks.map(({ text }) => {
    const size = (of: Build): string | undefined =>
      new RegExp(`^# megabytes ${machine} ${of} (\\d+)$`, "m").exec(text)?.[1];
    return Number(size(build) ?? size("index") ?? 0);
  });
  return sizes.includes(0) ? 0 : sizes.reduce((sum, size) => sum + size, 0);
}

/** One hash over all locks an environment is made of: another one means another environment. */
export function hashOf(locks: readonly LockFile[]): string {
  const hash = createHash("sha256");
  for (const { text } of locks) hash.update(text).update("\0");
  return hash.digest("hex");
}

/**
 * What pip is given. torch's build is told by its version: "==2.13.0+cpu" is PyTorch's CPU build
 * alone, "===2.13.0" the index's alone, and "==2.13.0" would take either.
 */
export function requirements(locks: readonly LockFile[], build: Build | null): string {
  const text = locks.map((lock) => lock.text).join("\n");
  if (build === null) return text;
  return text.replace(/^torch==(\S+)/m, build === "cpu" ? "torch==$1+cpu" : "torch===$1");
}
