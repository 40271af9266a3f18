/** Addresses of a duel's page with one thing changed. */
import type { DuelInput } from "./duel-input.ts";
import type { Cut } from "./page-answer.ts";
import { queryText, type DuelView } from "./query.ts";

export function duelAddress(
  { entry, query, view }: Pick<DuelInput, "entry" | "query" | "view">,
  change: Partial<DuelView>,
): string {
  const path = `/duel/${encodeURIComponent(entry.file)}`;
  return `${path}${queryText(query, {}, { ...view, ...change })}`;
}

/** Where the page shows all texts whole; null: it does already. */
export function wholeOf(input: Pick<DuelInput, "entry" | "query" | "view">): Cut {
  return input.view.whole ? null : { href: duelAddress(input, { whole: true }) };
}
