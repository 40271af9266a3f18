/** What earlier runs left in engine/<stage>/: which requests are out, and what never left. */
import { rm } from "node:fs/promises";
import { NO_USAGE } from "../../records/run-info.ts";
import type { Stage } from "../../work.ts";
import { onDisk } from "../disk-faults.ts";
import type { Ledger } from "../ledger.ts";
import type { Store } from "../store.ts";
import { mapPath, numbersIn, readMap, requestsPath } from "./maps.ts";
import type { Asked } from "./results.ts";
import { partPath } from "./writer.ts";

export type Past = {
  /** By name, as they were asked last. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly members: ReadonlyMap<number, ReadonlySet<string>>;
  /** The next free number. */
  readonly next: number;
  readonly notes: readonly string[];
};

export async function readPast(store: Store, stage: Stage, ledger: Ledger): Promise<Past> {
  const asked = new Map<string, Asked>();
  const members = new Map<number, ReadonlySet<string>>();
  const notes: string[] = [];
  const numbers = await numbersIn(store, stage);
  for (const n of numbers) {
    const map = await readMap(store, stage, n);
    const isOut = await store.has(requestsPath(stage, n));
    if (map === null) {
      if (isOut) notes.push(`${requestsPath(stage, n)}: its map is gone, so no result fits it`);
      await removePart(store, stage, n);
      continue;
    }
    if (!isOut) {
      const asks = map.entries.map(({ ask }) => ask);
      notes.push(...(await closeGone(store, stage, ledger, { n, asks })));
      continue;
    }
    members.set(n, new Set(map.entries.map(({ custom_id }) => custom_id)));
    for (const { custom_id, ask, past = [] } of map.entries)
      asked.set(custom_id, { head: map.head, ask, past });
  }
  return { asked, members, next: (numbers.at(-1) ?? 0) + 1, notes };
}

// ---------------------------------------------------------------------------------------------

/**
 * A request file that is not there: still a part, it never left and cost nothing. Deleted by hand, nobody
 * can say what became of it: booked as unknown at what was reserved, and asked anew.
 */
async function closeGone(
  store: Store,
  stage: Stage,
  ledger: Ledger,
  { n, asks }: { readonly n: number; readonly asks: readonly string[] },
): Promise<string[]> {
  const neverLeft = await store.has(`${requestsPath(stage, n)}.part`);
  const result = neverLeft
    ? { usage: NO_USAGE, usd: 0, latencyMs: null, outcome: "not_sent", estimated: false }
    : { usage: null, usd: null, latencyMs: null, outcome: "unknown", estimated: true };
  const closed = await Promise.all(asks.map((ask) => ledger.settle(ask, result)));
  await removePart(store, stage, n);
  await store.remove(mapPath(stage, n));
  const count = closed.filter((one) => one).length;
  if (neverLeft || count === 0) return [];
  return [
    `${requestsPath(stage, n)} was removed: its ${count} calls are booked as unknown, at their estimated price`,
  ];
}

async function removePart(store: Store, stage: Stage, n: number): Promise<void> {
  const path = partPath(store, stage, n);
  await onDisk(path, "remove", () => rm(path, { force: true }));
}
