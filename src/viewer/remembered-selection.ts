/** Selections kept for as long as the workspace stays the same. */
import type { Catalog } from "./catalog.ts";
import { searchWords } from "./excerpts.ts";
import { queryText, type Query } from "./query.ts";
import { select, type Selection } from "./selection.ts";

/** The last few selections, for as long as nothing changes: next and previous cost nothing. */
export function rememberSelection(catalog: Catalog): (query: Query) => Promise<Selection> {
  const held = new Map<string, { readonly version: number; readonly selection: Selection }>();
  return async (query) => {
    const key = queryText(query, { page: 1 });
    const found = held.get(key);
    if (found !== undefined && found.version === catalog.version()) return found.selection;
    const holding = await catalog.holding(searchWords(query.q));
    const version = catalog.version();
    const selection = select(catalog.entries(), query, holding);
    held.delete(key);
    held.set(key, { version, selection });
    for (const old of held.keys()) {
      if (held.size <= 8) break;
      held.delete(old);
    }
    return selection;
  };
}
