/** Addresses of a duel's page with one thing changed. */
import type { DuelInput } from "./duel-input.ts";
import type { Cut } from "./page-answer.ts";
import type { DuelView } from "./query.ts";

type Here = Pick<DuelInput, "entry" | "query" | "view" | "links">;

export function duelAddress(
  { entry, query, view, links }: Here,
  change: Partial<DuelView>,
): string {
  return links.duel(entry.file, query, { ...view, ...change });
}

/** Where the page shows all texts whole; null: it does already. A page in files leads nowhere. */
export function wholeOf(input: Here): Cut {
  if (input.links.isFixed) return { href: null };
  return input.view.whole ? null : { href: duelAddress(input, { whole: true }) };
}

/** The same for what was said before: a copy in files is to stay small. */
export function historyCut(input: Here): Cut {
  return input.links.isFixed ? { href: null, most: COPIED } : wholeOf(input);
}

// ---------------------------------------------------------------------------------------------

/** Characters of a message of the history in a copy. */
const COPIED = 2500;
