/** What people said, and where items were dropped on the way. */
import { clusterOf, type ClusterBy } from "../duel/cluster-by.ts";
import { queueSentences, type ReviewedTurn } from "../people/reviews.ts";
import type { Block } from "./document.ts";
import { counted, decimal, thousands } from "./format.ts";
import { peopleOf, type Agreement } from "./people.ts";
import { personScore } from "./person.ts";
import type { ReportData } from "./report-data.ts";
import { stageIndex } from "./spending.ts";

export function peopleBlocks({ rows, config, queue }: ReportData): Block[] {
  const people = peopleOf(rows, config.duel.cluster_by);
  if (people.verdicts + people.decided + people.outdated === 0) return [];
  const drawn = queueSentences(reviewedTurns(rows, config.duel.cluster_by), queue);
  const best = people.judges.find((judge) => judge.kappa !== null);
  return [
    { kind: "heading", level: 2, text: "People" },
    {
      kind: "list",
      items: [
        `a person decided the bucket of ${counted(people.decided, "turn")}; that overrules the panel in the exports`,
        `${counted(people.verdicts, "verdict")} of people; ${agreementText(people.panel)}`,
        ...(best === undefined
          ? []
          : [`the judge nearest to people: ${best.model} (${agreementText(best)})`]),
        ...drawn,
        ...(people.outdated === 0
          ? []
          : [
              `${counted(people.outdated, "review")} of an answer that was changed since: set aside`,
            ]),
      ],
    },
  ];
}

/** The judged turns as the queue's estimate takes them; a review of another pair is none. */
export function reviewedTurns(rows: ReportData["rows"], clusterBy: ClusterBy): ReviewedTurn[] {
  return rows.flatMap((row) => {
    if (row.score === null || row.disqualified !== null) return [];
    const verdict = row.review === null || row.review.outdated ? null : row.review.verdict;
    const person = verdict === null ? null : personScore(verdict);
    return [{ file: row.file, cluster: clusterOf(row, clusterBy), score: row.score, person }];
  });
}

/** "12 of 15 agree, κ = 0.612 (0.301 to 0.923)". */
export function agreementText({ n, same, kappa, interval }: Agreement): string {
  if (n === 0) return "none of them on a turn with a score";
  const bounds =
    interval === null ? "" : ` (95 %: ${decimal(interval[0])} to ${decimal(interval[1])})`;
  return `${same} of ${n} agree, κ ${kappa === null ? "not known" : `= ${decimal(kappa)}${bounds}`}`;
}

export function dropBlocks({ runs }: ReportData): Block[] {
  const stages = Object.values(runs)
    .filter((run) => run.stage !== "report")
    .sort((a, b) => stageIndex(a.stage) - stageIndex(b.stage) || (a.stage < b.stage ? -1 : 1));
  if (stages.length === 0) return [];
  return [
    { kind: "heading", level: 2, text: "What each stage kept and dropped" },
    {
      kind: "table",
      columns: [
        { name: "stage" },
        { name: "read", align: "right" },
        { name: "kept", align: "right" },
        { name: "dropped", align: "right" },
        { name: "pending", align: "right" },
        { name: "why dropped" },
      ],
      rows: stages.map((run) => {
        const reasons = Object.entries(run.dropped).sort(
          ([a, n], [b, m]) => m - n || (a < b ? -1 : 1),
        );
        return [
          run.stage,
          thousands(run.read),
          thousands(run.kept),
          thousands(reasons.reduce((sum, [, n]) => sum + n, 0)),
          thousands(run.pending),
          reasons.map(([reason, n]) => `${reason} ${thousands(n)}`).join(", "),
        ];
      }),
    },
  ];
}
