/** The panel: scores by judge and metric, and what is known about how far to trust each judge. */
import { METRICS } from "../../records/score.ts";
import { agreementChart } from "./charts/agreement.ts";
import { biasChart } from "./charts/bias.ts";
import { judgesChart } from "./charts/judges.ts";
import type { Block } from "./document.ts";
import { decimal, percent, points, thousands } from "./format.ts";
import { judgeMeans, type MeanInterval } from "./judge-means.ts";
import type { ReportData } from "./report-data.ts";

export function judgeBlocks({ config, duel, rows }: ReportData): Block[] {
  if (duel === null || duel.n_parsed === 0) return [];
  const means = judgeMeans(rows, config.duel.cluster_by);
  const bias = biasChart(duel);
  const kappas = agreementChart(duel);
  const right = { align: "right" } as const;
  return [
    { kind: "heading", level: 2, text: "By judge" },
    {
      kind: "table",
      columns: [
        { name: "judge" },
        { name: "score", ...right },
        { name: "95 %", ...right },
        { name: "duel score without it", ...right },
        { name: "turns", ...right },
        { name: "flip rate", ...right },
        { name: "reversals", ...right },
        { name: "first-place share", ...right },
        { name: "wins / draws / losses", ...right },
        { name: "unread", ...right },
      ],
      rows: duel.judges.map((judge) => [
        judge.model,
        points(judge.score ?? duel.by_judge[judge.model] ?? null),
        intervalText(means.find(({ model }) => model === judge.model)?.metrics.all),
        points(judge.score_without),
        thousands(judge.n_turns ?? 0),
        percent(judge.flip_rate),
        percent(judge.reversal_rate),
        firstShare(judge),
        judge.vote_shares == null
          ? "–"
          : [judge.vote_shares.win, judge.vote_shares.draw, judge.vote_shares.loss]
              .map(percent)
              .join(" / "),
        thousands(judge.n_unread ?? 0),
      ]),
    },
    {
      kind: "text",
      text: "Flip rate: metric votes that changed when the order of the candidates was swapped; reversals went from win to loss or back. First-place share: of the votes that are no draws, those for the candidate shown first; 50 % is no bias.",
    },
    ...(bias === null ? [] : [{ kind: "picture", file: "bias.svg", chart: bias } as const]),
    { kind: "heading", level: 2, text: "By metric" },
    {
      kind: "table",
      columns: [
        { name: "metric" },
        { name: "score", ...right },
        { name: "95 %", ...right },
        ...means.slice(1).map(({ model }) => ({ name: model, ...right })),
      ],
      rows: METRICS.map((metric) => [
        metric,
        points(duel.by_metric[metric] ?? means[0]?.metrics[metric].mean),
        intervalText(means[0]?.metrics[metric]),
        ...means.slice(1).map((judge) => points(judge.metrics[metric].mean)),
      ]),
    },
    { kind: "picture", file: "judges.svg", chart: judgesChart(means) },
    ...agreementBlocks(duel),
    ...(kappas === null
      ? []
      : [{ kind: "picture", file: "agreement.svg", chart: kappas } as const]),
  ];
}

// ---------------------------------------------------------------------------------------------

type Duel = NonNullable<ReportData["duel"]>;

function intervalText(mean: MeanInterval | undefined): string {
  return mean?.interval == null ? "–" : `${points(mean.interval[0])} – ${points(mean.interval[1])}`;
}

function firstShare(judge: Duel["judges"][number]): string {
  return `${percent(judge.first_share)}${judge.bias_significant === true ? " (biased)" : ""}`;
}

function agreementBlocks({ agreement, length }: Duel): Block[] {
  const items: string[] = [];
  if (agreement !== undefined) {
    items.push(
      `Krippendorff's α over win, draw and loss: ${decimal(agreement.alpha)} on ${thousands(agreement.n_units)} units (1 is agreement, 0 is chance)`,
    );
    items.push(
      `effective number of judges: ${points(agreement.effective_judges)}, from a mean correlation of ${decimal(agreement.mean_correlation)} between their turn scores`,
    );
    for (const { a, b, kappa } of agreement.kappas)
      items.push(`Cohen's κ of ${a} and ${b}: ${decimal(kappa)}`);
  }
  if (length !== undefined) {
    items.push(
      `length against score: r = ${decimal(length.correlation)} between how much longer the challenger is and the turn's score; mean lengths ${points(length.mean_challenger)} and ${points(length.mean_opponent)} characters; where the challenger is not longer (${thousands(length.n_not_longer)} turns) it scores ${points(length.score_not_longer)}`,
    );
  }
  return items.length === 0
    ? []
    : [
        { kind: "heading", level: 2, text: "Agreement and length" },
        { kind: "list", items },
      ];
}
