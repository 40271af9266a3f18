/** What earlier runs left in engine/<stage>/: which requests are out, and what never left. */
import { rm } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { NO_USAGE } from "../../records/run-info.ts";
import type { Stage, ToMend } from "../../work.ts";
import { onDisk } from "../disk-faults.ts";
import type { Ledger } from "../ledger.ts";
import type { Store } from "../store.ts";
import type { Carrier, Whereabouts } from "./carrier.ts";
import { bookPath, mapPath, numbersIn, readMap, requestsPath, type RequestMap } from "./maps.ts";
import type { Asked } from "./results.ts";
import { partPath } from "./writer.ts";

type Out = Extract<Whereabouts, { state: "out" }>;

export type Past = {
  /** By name, as they were asked last. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly members: ReadonlyMap<number, ReadonlySet<string>>;
  /** Request file -> who carries it. */
  readonly engines: ReadonlyMap<number, string>;
  /** Request file -> with whom it is; what is sent in this run joins it. */
  readonly out: Map<number, Out>;
  /** Request files that are over, whatever came back. */
  readonly ended: ReadonlySet<number>;
  /** The next free number. */
  readonly next: number;
  readonly notes: readonly string[];
  readonly to_mend: readonly ToMend[];
};

export async function readPast(
  store: Store,
  stage: Stage,
  ledger: Ledger,
  carriers: readonly Carrier[],
): Promise<Past> {
  const numbers = await numbersIn(store, stage);
  const past = {
    asked: new Map<string, Asked>(),
    members: new Map<number, ReadonlySet<string>>(),
    engines: new Map<number, string>(),
    out: new Map<number, Out>(),
    ended: new Set<number>(),
    next: (numbers.at(-1) ?? 0) + 1,
    notes: [] as string[],
    to_mend: [] as ToMend[],
  };
  for (const n of numbers) {
    const map = await readMap(store, stage, n);
    const isOut = await store.has(requestsPath(stage, n));
    // What a provider may be working on is not asked of it again.
    if (map?.isWhole !== true && isOut && (await store.has(bookPath(stage, n))))
      throw damagedMap(stage, n);
    if (map === null) {
      if (isOut)
        past.notes.push(`${requestsPath(stage, n)}: its map is gone, so no result fits it`);
      await removePart(store, stage, n);
      continue;
    }
    if (!isOut) {
      past.notes.push(...(await closeGone(store, stage, ledger, n, map)));
      continue;
    }
    const carrier = carriers.find(({ engine }) => engine === map.head.engine);
    const found = carrier === undefined ? null : await carrier.bring(n, map);
    if (found?.state === "never_left") {
      past.notes.push(...found.notes);
      past.to_mend.push(...found.to_mend);
      await takeBack(store, stage, ledger, n, map);
      continue;
    }
    if (found?.state === "out") {
      past.out.set(n, found);
      past.to_mend.push(...found.to_mend);
    }
    if (found?.state === "ended") {
      past.ended.add(n);
      past.notes.push(...found.notes);
    }
    past.engines.set(n, map.head.engine ?? "batch-file");
    past.members.set(n, new Set(map.entries.map(({ custom_id }) => custom_id)));
    for (const { custom_id, ask, past: errors = [] } of map.entries)
      past.asked.set(custom_id, { head: map.head, ask, past: errors });
  }
  return past;
}

// ---------------------------------------------------------------------------------------------

function damagedMap(stage: Stage, n: number): UserError {
  return new UserError(
    `${mapPath(stage, n)} is missing or damaged, and ${bookPath(stage, n)} says that its requests were sent`,
    `put it back from a copy; or delete ${bookPath(stage, n)}: the calls are then asked, and perhaps paid, again`,
  );
}

const NOT_SENT = {
  usage: NO_USAGE,
  usd: 0,
  latencyMs: null,
  outcome: "not_sent",
  estimated: false,
} as const;

/**
 * A request file that is not there: still a part, it never left and cost nothing. Deleted by hand, nobody
 * can say what became of it: booked as unknown at what was reserved, and asked anew.
 */
async function closeGone(
  store: Store,
  stage: Stage,
  ledger: Ledger,
  n: number,
  { entries }: RequestMap,
): Promise<string[]> {
  const neverLeft = await store.has(`${requestsPath(stage, n)}.part`);
  const result = neverLeft
    ? NOT_SENT
    : { usage: null, usd: null, latencyMs: null, outcome: "unknown", estimated: true };
  const closed = await Promise.all(entries.map(({ ask }) => ledger.settle(ask, result)));
  await removePart(store, stage, n);
  await store.remove(bookPath(stage, n));
  await store.remove(mapPath(stage, n));
  const count = closed.filter((one) => one).length;
  if (neverLeft || count === 0) return [];
  return [
    `${requestsPath(stage, n)} was removed: its ${count} calls are booked as unknown, at their estimated price`,
  ];
}

/**
 * A request file that its carrier did not get: booked at 0 and cleared away. The carrier's note goes first:
 * what a kill leaves then is a file that nobody was given.
 */
async function takeBack(
  store: Store,
  stage: Stage,
  ledger: Ledger,
  n: number,
  { entries }: RequestMap,
): Promise<void> {
  await Promise.all(entries.map(({ ask }) => ledger.settle(ask, NOT_SENT)));
  await store.remove(bookPath(stage, n));
  await store.remove(requestsPath(stage, n));
  await store.remove(mapPath(stage, n));
}

async function removePart(store: Store, stage: Stage, n: number): Promise<void> {
  const path = partPath(store, stage, n);
  await onDisk(path, "remove", () => rm(path, { force: true }));
}
