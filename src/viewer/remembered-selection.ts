/** Selections kept for as long as the workspace stays the same. */
import type { Catalog } from "./catalog.ts";
import { queryText, type Query } from "./query.ts";
import { select, type Selection } from "./selection.ts";

/** The last few selections, for as long as nothing changes: next and previous cost nothing. */
export function rememberSelection(catalog: Catalog): (query: Query) => Selection {
  const held = new Map<string, { readonly version: number; readonly selection: Selection }>();
  return (query) => {
    const key = queryText(query, { page: 1 });
    const found = held.get(key);
    if (found !== undefined && found.version === catalog.version()) return found.selection;
    const selection = select(catalog.entries(), query);
    held.delete(key);
    held.set(key, { version: catalog.version(), selection });
    for (const old of held.keys()) {
      if (held.size <= 8) break;
      held.delete(old);
    }
    return selection;
  };
}
