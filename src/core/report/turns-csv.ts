/** report/turns.csv: every turn of the report in a line, for spreadsheets and databases (RFC 4180). */
import { METRICS } from "../../records/score.ts";
import { remarks } from "./story-table.ts";
import { byScore, type TurnRow } from "./turn-row.ts";

export const CSV_HEAD = [
  "file",
  "instance_id",
  "repo",
  "run",
  "turn",
  "state",
  "score",
  ...METRICS,
  "style",
  "bucket",
  "decided_by",
  "reason",
  "disqualified",
  "audit",
  "remarks",
].join(",");

/** Lines without their ends, highest score first; numbers as they are, nothing for what is not known. */
export function* csvLines(rows: readonly TurnRow[]): Generator<string> {
  for (const row of [...rows].sort(byScore)) yield csvLine(row);
}

// ---------------------------------------------------------------------------------------------

const csvLine = (row: TurnRow): string =>
  [
    row.file,
    row.instance_id,
    row.repo,
    row.run,
    row.turn,
    row.state,
    row.score,
    ...METRICS.map((metric) => row.metrics?.[metric] ?? null),
    row.style,
    row.bucket,
    row.by,
    row.reason,
    row.disqualified,
    row.audit,
    remarks(row),
  ]
    .map(cell)
    .join(",");

/** Texts come from runs of others: what a spreadsheet would take for a formula gets a quote before it. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
