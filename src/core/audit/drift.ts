/**
 * Drift in bulk: king and challenger of the same turns side by side. No reply leaks by being direct, yet a
 * challenger that sees the pull request doubts less, says less and edits sooner, and judges like that.
 */
import type { Answer } from "../../records/answer.ts";

export type DriftSide = {
  /** Words outside the code, a turn. */
  readonly words: number;
  /** Sentences that leave something open, per 100 words. */
  readonly hedges: number;
  /** Of the answers that change a changed file, those to which it was shown before. */
  readonly looked: Part;
  /** Mean 0-based turn of the answers that change one for the first time; null where none does. */
  readonly first_edit: number | null;
  readonly first_edits: number;
  /** Of the turns in which one was not opened yet, those that open it. */
  readonly views: Part;
};

export type Part = { readonly hits: number; readonly n: number };

export type Drift = {
  /** Turns with both. */
  readonly turns: number;
  readonly king: DriftSide;
  readonly challenger: DriftSide;
};

/** Over turns whose audits of king and challenger both say; null for none. */
export function driftOf(
  answers: readonly Pick<Answer, "audit" | "king_audit" | "turn">[],
): Drift | null {
  const both = answers.flatMap(({ audit, king_audit, turn }) =>
    audit?.manner === undefined || king_audit?.manner === undefined
      ? []
      : [{ challenger: audit.manner, king: king_audit.manner, turn }],
  );
  if (both.length === 0) return null;
  const side = (who: "king" | "challenger"): DriftSide =>
    sideOf(both.map((one) => ({ ...one[who], turn: one.turn })));
  return { turns: both.length, king: side("king"), challenger: side("challenger") };
}

// ---------------------------------------------------------------------------------------------

type Row = NonNullable<NonNullable<Answer["audit"]>["manner"]> & {
  readonly turn?: number | undefined;
};

function sideOf(rows: readonly Row[]): DriftSide {
  const words = sum(rows.map((one) => one.words));
  const firsts = rows.flatMap((one) =>
    one.first_edit && one.turn !== undefined ? [one.turn] : [],
  );
  return {
    words: words / rows.length,
    hedges: words === 0 ? 0 : (100 * sum(rows.map((one) => one.hedges))) / words,
    looked: partOf(rows.map((one) => one.looked)),
    first_edit: firsts.length === 0 ? null : sum(firsts) / firsts.length,
    first_edits: firsts.length,
    views: partOf(rows.map((one) => one.views)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function partOf(values: readonly (boolean | null)[]): Part {
  const known = values.filter((one) => one !== null);
  return { hits: known.filter((one) => one).length, n: known.length };
}
