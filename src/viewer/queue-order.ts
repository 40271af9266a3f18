/**
 * Next and previous go by the list as it was when it was opened: a verdict that takes a turn out of the
 * list, or another order of the scores, moves nobody to the beginning.
 */
import { queryText, type Query } from "./query.ts";

export type QueueOrder = {
  /** A person opened the list: from now on this is its order. */
  opened(query: Query, files: readonly string[]): void;
  /** The newest order that knows the file; `now` gives today's where none does. */
  around(query: Query, file: string, now: () => Promise<readonly string[]>): Promise<Place>;
};

/** `at` is 1-based; 0: the file is in no list of this query. */
export type Place = {
  readonly at: number;
  readonly of: number;
  readonly previous: string | null;
  readonly next: string | null;
};

/** `isThere`: whether a turn still exists; those that do not are passed over. */
export function queueOrder(isThere: (file: string) => boolean): QueueOrder {
  const held = new Map<string, Order[]>();
  const keyOf = (query: Query): string => queryText(query, { page: 1 });

  function opened(query: Query, files: readonly string[]): Order {
    const key = keyOf(query);
    const before = held.get(key) ?? [];
    // The list as it was before is the same order.
    const order = before[0]?.files === files ? before[0] : { files, at: placesIn(files) };
    const orders = [order, ...before.filter((other) => other !== order)].slice(0, MAX_ORDERS);
    held.delete(key);
    held.set(key, orders);
    for (const old of held.keys()) {
      if (held.size <= MAX_QUERIES) break;
      held.delete(old);
    }
    return order;
  }

  return {
    opened: (query, files) => void opened(query, files),
    async around(query, file, now) {
      const known = held.get(keyOf(query))?.find(({ at }) => at().has(file));
      const { files, at } = known ?? opened(query, await now());
      const place = at().get(file);
      if (place === undefined) return { at: 0, of: files.length, previous: null, next: null };
      return {
        at: place + 1,
        of: files.length,
        previous: files.slice(0, place).findLast(isThere) ?? null,
        next: files.slice(place + 1).find(isThere) ?? null,
      };
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Made when somebody goes on from a turn; lists are opened more often than gone through. */
function placesIn(files: readonly string[]): () => ReadonlyMap<string, number> {
  let places: ReadonlyMap<string, number> | null = null;
  return () => (places ??= new Map(files.map((file, at) => [file, at])));
}

type Order = { readonly files: readonly string[]; readonly at: () => ReadonlyMap<string, number> };

/** Lists of other tabs that are walked through at the same time. */
const MAX_ORDERS = 4;
const MAX_QUERIES = 8;
