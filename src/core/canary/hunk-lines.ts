/** Where in a diff a line stands, counted as `patch` counts: a hunk ends when both sides have their lines. */

/** Lines of the two sides of a hunk that are still to come; none outside of hunks. */
export type LinesLeft = { old: number; fresh: number };

/** True for a line of a hunk, which then counts as read. */
export function isInHunk(left: LinesLeft, line: string): boolean {
  if (left.old <= 0 && left.fresh <= 0) return false;
  if (!line.startsWith("+") && !line.startsWith("\\")) left.old--;
  if (!line.startsWith("-") && !line.startsWith("\\")) left.fresh--;
  return true;
}
