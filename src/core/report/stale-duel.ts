/** A duel that counts more turns than are there: some were taken out after it was weighed. */
import { counted } from "../text/counted.ts";
import type { ReportData } from "./report-data.ts";

/** Words for the person; null: it fits, or part of the workspace alone was looked at. */
export function staleDuel({
  duel,
  rows,
  selection,
  unread,
}: Pick<ReportData, "duel" | "rows" | "selection" | "unread">): string | null {
  if (duel === null || selection !== null || unread.size > 0) return null;
  const then = duel.n_turns - (duel.n_pending ?? 0);
  const now = rows.filter(({ state }) => state === "scored" || state === "unparsed").length;
  if (then <= now) return null;
  return `the duel counts ${counted(then, "judged turn")} and ${now} ${now === 1 ? "is" : "are"} here: npm run stage:validate, then npm run stage:report`;
}
