/** Canaries in the report: leaks that are proven, beside those that are suspected, and what altering costs. */
import type { AuditSummary } from "../audit/summary.ts";
import type { Share } from "../canary/meter.ts";
import type { Block } from "./document.ts";
import { counted, percent, points, thousands } from "./format.ts";
import type { TurnRow } from "./turn-row.ts";

export function canaryBlocks(
  { canaries, canary_files, canary_gaps }: AuditSummary,
  rows: readonly Pick<TurnRow, "file" | "score">[],
): Block[] {
  const gaps = gapList(canary_gaps);
  if (canaries === null) return gaps;
  const files = new Set(canary_files);
  const scores = (isWith: boolean): number[] =>
    rows.filter((row) => files.has(row.file) === isWith).flatMap((row) => row.score ?? []);
  return [
    {
      kind: "text",
      text: `${counted(canaries.challenger.turns, "turn")} had canaries: names, messages, values of tests, numbers of issues and lines that only the altered record has. One that comes back is a leak with proof; the true one in its place is the model's memory, or was found out. Altered details make another challenger, so leaks and scores with and without stand apart.`,
    },
    {
      kind: "table",
      columns: [
        { name: "canaries" },
        { name: "turns", align: "right" },
        { name: "share, 95 % interval", align: "right" },
      ],
      rows: [
        ["challenger said an altered detail", ...cells(canaries.challenger)],
        ...canaries.by_kind.map((one) => [`of kind ${one.kind}`, ...cells(one)]),
        ["king said one (control)", ...cells(canaries.king)],
        ["challenger said the true detail", ...cells(canaries.remembered)],
        ["called leak at the first try, with canaries", ...cells(canaries.leaks.with)],
        ["called leak at the first try, without", ...cells(canaries.leaks.without)],
      ],
    },
    {
      kind: "list",
      items: [
        `score with canaries: ${meanText(scores(true))}; without: ${meanText(scores(false))}`,
      ],
    },
    ...gaps,
  ];
}

/** What a reason of `canaries_none` means. */
const GAPS: Readonly<Record<string, string>> = {
  future: "the hidden text is the run's future",
  no_diff: "the patch is no diff",
  no_names: "the pull request has nothing that can be altered",
  not_in_view: "the challenger is not shown what could be altered",
  names_shown: "the history shows all that could be altered",
};

function gapList(gaps: Readonly<Record<string, number>>): Block[] {
  const items = Object.entries(gaps).map(
    ([gap, n]) => `drawn for canaries, without: ${counted(n, "turn")}, since ${GAPS[gap] ?? gap}`,
  );
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

// ---------------------------------------------------------------------------------------------

function cells({ hits, turns, share, interval }: Share): [string, string] {
  const [low, high] = interval;
  const sure = share === null ? "" : `${percent(share)} [${percent(low)}, ${percent(high)}]`;
  return [`${thousands(hits)} of ${thousands(turns)}`, sure];
}

/** Mean with 1.96 standard errors to either side; turns are taken as independent. */
function meanText(scores: readonly number[]): string {
  const n = scores.length;
  if (n === 0) return "no turns";
  const mean = scores.reduce((sum, one) => sum + one, 0) / n;
  if (n === 1) return `${points(mean)} (1 turn)`;
  const variance = scores.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
  const half = 1.96 * Math.sqrt(variance / n);
  return `${points(mean)} [${points(mean - half)}, ${points(mean + half)}] (${n} turns)`;
}
