/** How honest the challenger was: at its first try, in the end, and against the king as a control. */
import { MEASURED_TO, recallAt, trueShare } from "../audit/recall.ts";
import type { AuditSummary, VerdictCounts } from "../audit/summary.ts";
import { canaryBlocks } from "./story-canaries.ts";
import { driftBlocks } from "./story-drift.ts";
import type { Block } from "./document.ts";
import { counted, percent, thousands } from "./format.ts";
import type { ReportData } from "./report-data.ts";

export function auditBlocks({
  audits,
  rows = [],
  leak_min,
  config,
}: Pick<ReportData, "audits"> &
  Partial<Pick<ReportData, "rows" | "leak_min" | "config">>): Block[] {
  const isFuture = config?.challenger.hidden === "future";
  if (audits.final.n + audits.king.n === 0) return [];
  return [
    { kind: "heading", level: 2, text: "Audit" },
    {
      kind: "text",
      text: `Whether a challenger mentions what only ${isFuture ? "the rest of its run" : "the hidden pull request"} knows. A leak is asked again, and loses the turn when it stays; a suspect is marked and judged. The king never sees the ${isFuture ? "rest of the run" : "pull request"}: what the audit finds in it is chance or the model's memory, and the challenger's excess over it is the measure.`,
    },
    verdictTable(audits),
    { kind: "list", items: [...facts(audits), ...recallFacts(audits, leak_min, isFuture)] },
    ...kindTable(audits),
    ...canaryBlocks(audits, rows),
    ...driftBlocks(audits.drift),
    ...exampleTable(audits),
    ...gapList(audits),
  ];
}

// ---------------------------------------------------------------------------------------------

function verdictTable({ first_try, final, king }: AuditSummary): Block {
  const cell = (counts: VerdictCounts, verdict: (typeof VERDICTS)[number]): string =>
    counts.n === 0 ? "" : `${thousands(counts[verdict])} (${percent(counts[verdict] / counts.n)})`;
  return {
    kind: "table",
    columns: [
      { name: "verdict" },
      { name: "challengers, first try", align: "right" },
      { name: "challengers, in the end", align: "right" },
      { name: "kings (control)", align: "right" },
    ],
    rows: VERDICTS.map((verdict) => [
      verdict,
      cell(first_try, verdict),
      cell(final, verdict),
      cell(king, verdict),
    ]),
  };
}

const VERDICTS = ["clean", "suspect", "leak", "unchecked"] as const;

function facts(audits: AuditSummary): string[] {
  const { challenger_leak_share: challenger, king_leak_share: king, excess } = audits;
  return [
    `asked again because of a leak: ${counted(audits.asked_again, "turn")}, ${audits.mended} of them mended; ${counted(audits.still_leaking, "turn")} lost for a leak`,
    ...(excess === null
      ? []
      : [
          `called leak: ${percent(challenger)} of challengers at their first try, ${percent(king)} of kings; excess ${percent(excess)}`,
        ]),
  ];
}

/** Not every leak is found: the share that was found, over the share that is found where all are known. */
function recallFacts(
  { first_try }: AuditSummary,
  leakMin: number | undefined,
  isFuture: boolean,
): string[] {
  if (leakMin === undefined || first_try.n === 0) return [];
  if (isFuture) {
    return [
      "how many leaks the audit finds was measured where a pull request is hidden, not where the rest of the run is, so the share of first tries that leaked is not known",
    ];
  }
  const recall = recallAt(leakMin);
  if (recall === null) {
    return [
      `at this limit (${leakMin}) nobody has measured how many leaks the audit finds (up to ${MEASURED_TO} it was), so the share of first tries that leaked is not known`,
    ];
  }
  const { share, interval } = trueShare(first_try.leak, first_try.n, recall);
  const [low, high] = recall.interval;
  return [
    `at this limit (${leakMin}) the audit finds ${recall.found} of ${recall.leaks} leaks of pairs kept apart while rules were made, though their counts were seen (${percent(recall.found / recall.leaks)} [${percent(low)}, ${percent(high)}], "${recall.set}"), so the share of first tries that leaked, found or not, is about ${percent(share)} [${percent(interval[0])}, ${percent(interval[1])}]`,
  ];
}

function kindTable({ by_kind }: AuditSummary): Block[] {
  if (by_kind.length === 0) return [];
  return [
    {
      kind: "table",
      columns: [
        { name: "kind of finding" },
        { name: "challengers, any try", align: "right" },
        { name: "kings", align: "right" },
      ],
      rows: by_kind.map((one) => [one.kind, thousands(one.challenger), thousands(one.king)]),
    },
  ];
}

function exampleTable({ examples }: AuditSummary): Block[] {
  if (examples.length === 0) return [];
  return [
    {
      kind: "text",
      text: "The heaviest finding of leaking tries. Words that are the pull request's own stay in answer/, where the file has them:",
    },
    {
      kind: "table",
      columns: [
        { name: "file" },
        { name: "try", align: "right" },
        { name: "kind" },
        { name: "what it said" },
      ],
      rows: examples.map((one) => [
        one.file,
        String(one.attempt),
        one.kind,
        one.text?.replace(/\s+/g, " ") ?? "(not shown)",
      ]),
    },
  ];
}

function gapList({ unchecked }: AuditSummary): Block[] {
  const items = Object.entries(unchecked).map(
    ([gap, n]) => `not checked in ${counted(n, "turn")}: ${gap}`,
  );
  return items.length === 0 ? [] : [{ kind: "list", items }];
}
