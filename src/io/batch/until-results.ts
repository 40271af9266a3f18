/** Waiting for results without holding anything: neither lock, connection nor open file. */
import { readdir, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { errorCode } from "../../errors.ts";
import { onDisk } from "../disk-faults.ts";

const LOOK_EVERY_MS = 2000;

/** Names and sizes of the results files of a folder, as one text; "" where there are none. */
export async function resultsIn(folder: string): Promise<string> {
  const names = await onDisk(folder, "read", () =>
    readdir(folder).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
  const found = names.filter((name) => /^results.*\.jsonl$/.test(name)).sort();
  const sizes = await onDisk(folder, "read", () =>
    Promise.all(found.map(async (name) => `${name} ${(await stat(join(folder, name))).size}`)),
  );
  return sizes.join("\n");
}

/** Something else to look at now and then: true once there is a reason to go on. */
export type Other = { readonly everyMs: number; isOver(): Promise<boolean> };

/**
 * Resolves once the results files are others than `seen` and no longer grow, or the other says so; false
 * when Ctrl-C came first.
 */
export async function untilResults(folder: string, seen: string, other?: Other): Promise<boolean> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    let before = seen;
    let askedMs = performance.now();
    while (!stopping.signal.aborted) {
      const pause = Math.min(LOOK_EVERY_MS, other?.everyMs ?? LOOK_EVERY_MS);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
      const now = await resultsIn(folder);
      if (now !== seen && now === before) return !stopping.signal.aborted;
      before = now;
      if (other === undefined || performance.now() - askedMs < other.everyMs) continue;
      askedMs = performance.now();
      if (await other.isOver()) return !stopping.signal.aborted;
    }
    return false;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
