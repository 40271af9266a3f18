/** Bulk drift in the report: what no single audit can say, king and challenger of the same turns side by side. */
import { wilsonInterval } from "../actions/interval.ts";
import type { Drift, DriftSide, Part } from "../audit/drift.ts";
import type { Block } from "./document.ts";
import { counted, percent } from "./format.ts";

export function driftBlocks(drift: Drift | null): Block[] {
  if (drift === null) return [];
  const row = (name: string, cell: (side: DriftSide) => string): string[] => [
    name,
    cell(drift.king),
    cell(drift.challenger),
  ];
  return [
    {
      kind: "text",
      text: `How both go about ${counted(drift.turns, "turn")}. Who sees the pull request is more direct in bulk even where no reply leaks: fewer doubts, fewer words, earlier edits. Judges like that, so a gap here is a part of the challenger's wins that a blind model cannot learn.`,
    },
    {
      kind: "table",
      columns: [
        { name: "manner" },
        { name: "kings", align: "right" },
        { name: "challengers", align: "right" },
      ],
      rows: [
        row("words a turn, code left out", (side) => side.words.toFixed(1)),
        row("sentences that leave something open, per 100 words", (side) => side.hedges.toFixed(2)),
        row("looked at a changed file before editing it", (side) => partText(side.looked)),
        row("turn of the first edit of a changed file, mean", firstEdit),
        row("opens a changed file that was not opened yet", (side) => partText(side.views)),
      ],
    },
  ];
}

// ---------------------------------------------------------------------------------------------

function partText({ hits, n }: Part): string {
  if (n === 0) return "none";
  const [low, high] = wilsonInterval(hits, n);
  return `${hits} of ${n}, ${percent(hits / n)} [${percent(low)}, ${percent(high)}]`;
}

const firstEdit = ({ first_edit, first_edits }: DriftSide): string =>
  first_edit === null ? "none" : `${first_edit.toFixed(1)} (${first_edits})`;
