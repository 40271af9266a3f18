/** What is expected of final/ by each way of sorting, and whether the reckoning holds on a judge left out. */
import type { BucketRules } from "../duel/bucket.ts";
import type { Block } from "./document.ts";
import { counted, percent, points, thousands } from "./format.ts";
import type { ReportData } from "./report-data.ts";

export function sortingBlocks(
  duel: ReportData["duel"],
  { by, final_min }: BucketRules,
): readonly Block[] {
  const sorting = duel?.sorting;
  if (sorting === undefined) return [];
  const right = { align: "right" } as const;
  return [
    { kind: "heading", level: 3, text: "How far to trust final/" },
    {
      kind: "table",
      columns: [
        { name: "sorted by" },
        { name: "in final/", ...right },
        { name: `expected below ${final_min}`, ...right },
        { name: "expected no better", ...right },
      ],
      rows: sorting.ways.map((way) => [
        way.by === by ? `${way.by} (in force)` : way.by,
        thousands(way.n_final),
        span(way.below_limit),
        span(way.no_better),
      ]),
    },
    { kind: "text", text: sharedWords(sorting.shared_error) },
    { kind: "text", text: calibrationWords(sorting.calibration) },
  ];
}

// ---------------------------------------------------------------------------------------------

type Sorting = NonNullable<NonNullable<ReportData["duel"]>["sorting"]>;

/** As if judges erred independently, to with the error that they share. */
function span(range: readonly [number, number] | null): string {
  if (range === null) return "–";
  const [low, high] = range.map(percent);
  return low === high ? `${low}` : `${low} – ${high}`;
}

function sharedWords({ from, share, n_reviews }: Sorting["shared_error"]): string {
  const source =
    from === "people"
      ? `people's verdicts on ${counted(n_reviews, "turn")} of the queue`
      : "the effective number of judges, since too few turns of the queue are reviewed";
  return `Expected shares run from judges that err independently to judges that share errors: ${percent(share)} of what they agree on is then taken for error, by ${source}. Below the limit means a true score under it, no better one of at most 50.`;
}

function calibrationWords(calibration: Sorting["calibration"]): string {
  if (calibration === null)
    return "On a judge left out: nowhere are the other judges sure that the challenger is better, so the reckoning could not be held against one.";
  const { n, expected, seen, above } = calibration;
  return `On a judge left out: where the others are sure that the challenger is better (${counted(n, "case")}), its score should be ${points(expected)} and is ${points(seen)}; ${percent(above)} of these scores are above 50.`;
}
