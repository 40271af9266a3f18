/** Every turn, highest score first, and those without a score with the reason. */
import { METRICS } from "../../records/score.ts";
import type { Block, RestRows } from "./document.ts";
import { points } from "./format.ts";
import type { ReportData } from "./report-data.ts";
import { byScore, type TurnRow } from "./turn-row.ts";

export function turnBlocks({ rows }: ReportData): Block[] {
  const scored = rows.filter((row) => row.state === "scored").sort(byScore);
  const others = rows.filter((row) => row.state !== "scored").sort(byScore);
  const right = { align: "right" } as const;
  return [
    ...(scored.length === 0
      ? []
      : [
          { kind: "heading", level: 2, text: "Turns" } as const,
          { kind: "text", text: LEGEND } as const,
          {
            kind: "table",
            isInteractive: true,
            columns: [
              { name: "score", ...right },
              { name: "file" },
              { name: "action style" },
              ...METRICS.map((name) => ({ name, ...right })),
              { name: "bucket" },
              { name: "remarks" },
            ],
            rows: scored.slice(0, SHOWN_TURNS).map(cellsOf),
            ...(scored.length <= SHOWN_TURNS ? {} : { rest: restOf(scored, cellsOf) }),
            links: {
              column: 1,
              to: scored
                .slice(0, SHOWN_TURNS)
                .map(({ bucket, file }) =>
                  bucket === null ? null : `../${bucket}/${encodeURIComponent(file)}`,
                ),
            },
          } as const,
        ]),
    ...(others.length === 0
      ? []
      : [
          { kind: "heading", level: 2, text: "Turns without a score" } as const,
          {
            kind: "table",
            columns: [{ name: "file" }, { name: "why" }],
            rows: others.slice(0, SHOWN_TURNS).map(whyCells),
            ...(others.length <= SHOWN_TURNS ? {} : { rest: restOf(others, whyCells) }),
          } as const,
        ]),
  ];
}

// ---------------------------------------------------------------------------------------------

const LEGEND =
  "Scores and metrics are points from 0 to 100 in the challenger's view: 50 is a draw, 100 a win with every judge in every order. The bucket says what becomes of the turn. Remarks: lost (before a judge was asked), bucket by a person, suspect (the audit's kinds of findings), judges so many points apart.";

/** Turns in the tables of text and page; all of them are in turns.csv. */
const SHOWN_TURNS = 1000;

const cellsOf = (row: TurnRow): string[] => [
  points(row.score),
  row.file,
  row.style,
  ...METRICS.map((metric) => points(row.metrics?.[metric])),
  row.bucket ?? "",
  remarks(row),
];

const whyCells = (row: TurnRow): string[] => [row.file, STATE_WORDS[row.state]];

/** The turns behind those that are shown. */
const restOf = (turns: readonly TurnRow[], cells: (row: TurnRow) => string[]): RestRows => ({
  count: turns.length - SHOWN_TURNS,
  *rows() {
    for (let at = SHOWN_TURNS; at < turns.length; at++) {
      const turn = turns[at];
      if (turn !== undefined) yield cells(turn);
    }
  },
});

const STATE_WORDS: Readonly<Record<TurnRow["state"], string>> = {
  scored: "",
  pending: "verdicts are pending",
  unparsed: "too few judges could be read: in no bucket",
  unscored: "not validated yet",
};

/** What is worth a look in a turn. */
export function remarks(row: TurnRow): string {
  return [
    ...(row.disqualified === null ? [] : [`lost: ${row.disqualified}`]),
    ...(row.by === "person" ? ["bucket by a person"] : []),
    ...(row.review?.outdated === true ? ["review outdated"] : []),
    ...(row.audit === "suspect" ? [`suspect: ${row.kinds.join(", ")}`] : []),
    ...(row.spread !== null && row.spread >= SPLIT_POINTS
      ? [`judges ${points(row.spread)} apart`]
      : []),
  ].join("; ");
}

/** Judges this many points apart are said to disagree. */
export const SPLIT_POINTS = 40;
