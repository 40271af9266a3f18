/** The other kind of fault: what a newer release changed in a file, taken back, one piece at a time. */
import { diffLines } from "diff";
import type { Mutation } from "../../records/gym-task.ts";
import { randomIndex, type Rng } from "../random.ts";

const REVERSAL = "fix";

/** Whether a fault is the older release's text. */
export const isReversal = ({ operator }: Pick<Mutation, "operator">): boolean =>
  operator === REVERSAL;

/**
 * Pieces of a file that differ between two releases, as faults of the newer: whole lines, `before` the newer release's,
 * `after` the older's. Pieces with at most three equal lines between them are one. Longer ones than `MOST_LINES` are no
 * fix but a new version, and changes of blanks alone are none.
 */
export function reversals(file: string, newer: string, older: string): Mutation[] {
  if (newer === older || newer.includes("\r") || older.includes("\r")) return [];
  const pieces: Piece[] = [];
  let start = 0;
  let line = 1;
  let equal = Infinity;
  for (const { value, added = false, removed = false, count } of diffLines(older, newer)) {
    const last = pieces.at(-1);
    if (added || removed) {
      const open =
        last !== undefined && equal <= NEAR ? last : { start, line, before: "", after: "" };
      if (open !== last) pieces.push(open);
      // Equal lines between two near pieces are of both.
      const between = newer.slice(open.start + open.before.length, start);
      open.before += between + (added ? value : "");
      open.after += between + (removed ? value : "");
      equal = 0;
    } else equal += count;
    if (!removed) {
      start += value.length;
      line += count;
    }
  }
  return pieces
    .filter(({ before, after }) => isChange(before, after))
    .map(({ start: from, line: at, before, after }) => ({
      file,
      line: at,
      start: from,
      end: from + before.length,
      before,
      after,
      operator: REVERSAL,
    }));
}

/** In the order in which they are tried. */
export function shuffled<T>(list: readonly T[], rng: Rng): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(randomIndex(rng, left.length), 1));
}

// ---------------------------------------------------------------------------------------------

type Piece = { readonly start: number; readonly line: number; before: string; after: string };

const NEAR = 3;
const MOST_LINES = 40;

function isChange(before: string, after: string): boolean {
  const bare = (text: string): string => text.replaceAll(/\s+/g, "");
  const lines = Math.max(before.split("\n").length, after.split("\n").length);
  return bare(before) !== bare(after) && lines <= MOST_LINES;
}
