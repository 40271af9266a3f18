/** What the report holds of every turn, its parts shared with other turns. */
import type { AuditedAnswer } from "../audit/summary.ts";
import { makeSharing } from "../sharing.ts";
import type { TurnRow } from "./turn-row.ts";

export type Told = { readonly row: TurnRow; readonly audited: AuditedAnswer };

/** Gives the same again, made of parts that earlier ones have as well. */
export function sharedParts(): (told: Told) => Told {
  const { part } = makeSharing();
  const rowOf = sharedRows();
  return ({ row, audited }) => {
    const { file, answer, canaries, canaries_none } = audited;
    return {
      row: rowOf(row),
      audited: {
        file,
        answer: part(answer),
        ...(canaries === undefined ? {} : { canaries: part(canaries) }),
        ...(canaries_none === undefined ? {} : { canaries_none }),
      },
    };
  };
}

/** The same for rows alone. */
export function sharedRows(): (row: TurnRow) => TurnRow {
  const { text, part } = makeSharing();
  return (row) => ({
    file: row.file,
    instance_id: text(row.instance_id),
    repo: text(row.repo),
    run: text(row.run),
    turn: row.turn,
    ...(row.run_label === undefined ? {} : { run_label: row.run_label }),
    state: row.state,
    score: row.score,
    metrics: part(row.metrics),
    style: text(row.style),
    bucket: row.bucket,
    reason: text(row.reason),
    by: row.by,
    disqualified: row.disqualified,
    review: row.review,
    judges: row.judges.map(part),
    spread: row.spread,
    flips: row.flips,
    swaps: row.swaps,
    ...(row.lengths === undefined ? {} : { lengths: row.lengths }),
    audit: row.audit,
    kinds: part(row.kinds),
  });
}
