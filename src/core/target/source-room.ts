/** Whether a source can give as many turns as a target wants: what is certain, and what a few rows say. */
import { UserError } from "../../errors.ts";

export type SourceRoom = {
  readonly accepted: number;
  readonly max_candidates: number;
  /** Rows of all sources, and the most turns that one gives. */
  readonly rows: number;
  readonly turns_a_row: number;
  /** Of a few drawn rows: read, and kept by the filters; 0 and 0: none was tried. */
  readonly read: number;
  readonly kept: number;
};

/**
 * What a person has to know before a model is asked; null: there is enough.
 * @throws UserError where the rows cannot give what is wanted, even if all of it were good
 */
export function sourceNote(room: SourceRoom): string | null {
  const { accepted, max_candidates, rows, turns_a_row, read, kept } = room;
  const most = rows * turns_a_row;
  const of = turns_a_row === 1 ? "one turn each" : `at most ${turns_a_row} turns each`;
  if (most < accepted) {
    throw new UserError(
      `stages --until target: [target].accepted is ${accepted}, and the source's ${rows} rows give ${of}`,
      'lower accepted, name more sources, or set [source].spread = "turns" to draw several turns of a run',
    );
  }
  const likely = read === 0 ? most : Math.round((most * kept) / read);
  if (likely < accepted) {
    return `of ${read} rows tried ${kept} pass the filters: the source may give about ${likely} turns, fewer than the ${accepted} wanted in final/`;
  }
  if (likely >= max_candidates) return null;
  return `the source gives about ${likely} turns, fewer than max_candidates ${max_candidates}`;
}
