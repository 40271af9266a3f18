/** The drawn turns that people can still be asked about, in the order of the draw. */
import type { Store } from "../io/store.ts";
import { QUEUE_FILE, queueSchema, type Queue } from "../records/queue.ts";
import type { Catalog } from "./catalog.ts";
import { parseQuery, type Query } from "./query.ts";

export type QueueTurns = {
  readonly queue: Queue;
  readonly files: readonly string[];
  /** Drawn, and gone or edited since: what the panel judged is no longer there. */
  readonly passedOver: number;
};

/** The address of everything in the queue: blind, and in its own order. */
export const QUEUE_QUERY: Query = parseQuery(new URLSearchParams({ queue: "1" }));

/** null: nothing is drawn. @throws UserError for a file that cannot be read */
export async function readQueue(store: Store, catalog: Catalog): Promise<QueueTurns | null> {
  const queue = await store.readIfThere(QUEUE_FILE, queueSchema);
  if (queue === null) return null;
  const files = queue.turns.flatMap(({ file, pair_hash }) =>
    catalog.get(file)?.pairHash === pair_hash ? [file] : [],
  );
  return { queue, files, passedOver: queue.turns.length - files.length };
}
