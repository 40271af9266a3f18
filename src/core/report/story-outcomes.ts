/** The panel against truth: what its scores are worth where answers were played on in the gym. */
import type { BandTruth, PanelTruth, ScorerTruth } from "../tasks/panel.ts";
import type { Estimate } from "../tasks/rank.ts";
import { WANTED, type SampleSizes } from "../tasks/sample-size.ts";
import type { Share } from "../duel/statistics.ts";
import type { Block, Column } from "./document.ts";
import { counted, decimal, percent, thousands } from "./format.ts";

export type LabelTruth = {
  /** Label of the conversation -> rollouts that were solved, and not. */
  readonly label: string;
  readonly solved: number;
  readonly unsolved: number;
};

/** [] without outcomes. `labels`: [] where the rollouts were not read. */
export function outcomeBlocks(truth: PanelTruth | null, labels: readonly LabelTruth[]): Block[] {
  if (truth === null) return [];
  return [{ kind: "heading", level: 2, text: OUTCOMES_TITLE }, ...outcomeBody(truth, labels)];
}

export const OUTCOMES_TITLE = "Panel against outcomes";

/** The same for a page that has the title already. */
export function outcomeBody(truth: PanelTruth, labels: readonly LabelTruth[]): Block[] {
  return [
    {
      kind: "text",
      text: `${counted(truth.turns, "turn")} of ${counted(truth.clusters, "cluster")} were played on in the gym, ${counted(truth.rollouts, "rollout")} in all: what the panel said of two answers beside how often the tests passed in the end. Intervals are 95 %, over clusters; mutated faults are easier than issues of the world.`,
    },
    ...(truth.scorers.length === 0 ? [] : [scorerTable(truth.scorers)]),
    { kind: "heading", level: 3, text: "What buckets and scores came to" },
    bandTable([
      ...truth.buckets,
      ...truth.bands.map((one) => ({ ...one, band: `score ${one.band}` })),
    ]),
    { kind: "heading", level: 3, text: "Leak audit where the solution is known" },
    {
      kind: "table",
      columns: [
        { name: "audit" },
        right("answers that name the solution unseen"),
        right("other answers"),
      ],
      rows: truth.audit.map(({ verdict, names, others }) => [
        verdict,
        thousands(names),
        thousands(others),
      ]),
    },
    ...labelTable(labels),
    ...(truth.sizes === null ? [] : [{ kind: "list", items: sizeLines(truth.sizes) } as const]),
  ];
}

// ---------------------------------------------------------------------------------------------

const right = (name: string): Column => ({ name, align: "right" });

function scorerTable(scorers: readonly ScorerTruth[]): Block {
  return {
    kind: "table",
    columns: [
      { name: "who scored" },
      right("turns"),
      right("AUC"),
      right("rank correlation"),
      right("same side as the outcomes"),
    ],
    rows: scorers.map(({ scorer, n, auc, correlation, agreement }) => [
      scorer,
      thousands(n),
      estimate(auc),
      estimate(correlation),
      `${shareText(agreement)} of ${thousands(agreement.n)}`,
    ]),
  };
}

function bandTable(bands: readonly BandTruth[]): Block {
  return {
    kind: "table",
    columns: [
      { name: "turns" },
      right("n"),
      right("better / same / worse"),
      right("precision"),
      right("challenger's pass rate"),
      right("opponent's pass rate"),
    ],
    rows: bands.map(({ band, n, better, same, worse, precision, challenger, opponent }) => [
      band,
      thousands(n),
      `${better} / ${same} / ${worse}`,
      shareText(precision),
      shareText(challenger),
      shareText(opponent),
    ]),
  };
}

function labelTable(labels: readonly LabelTruth[]): Block[] {
  if (labels.length === 0) return [];
  return [
    { kind: "heading", level: 3, text: "Labels of conversations against the tests" },
    {
      kind: "table",
      columns: [{ name: "label" }, right("solved"), right("not solved")],
      rows: labels.map(({ label, solved, unsolved }) => [
        label,
        thousands(solved),
        thousands(unsolved),
      ]),
    },
  ];
}

function sizeLines({ halfWidth, chanceShare, turns }: SampleSizes): string[] {
  const each = turns.map(({ k, turns: n }) => `${thousands(n)} at ${counted(k, "rollout")}`);
  return [
    `The mean difference in pass rate is known to ± ${percent(halfWidth)}; ${percent(chanceShare)} of what turns differ in is chance of their few rollouts.`,
    `For ± ${percent(WANTED)}, turns wanted by rollouts of each answer: ${each.join(", ")}.`,
  ];
}

function estimate({ value, interval }: Estimate): string {
  return interval === null
    ? decimal(value)
    : `${decimal(value)} (${decimal(interval[0])} to ${decimal(interval[1])})`;
}

function shareText({ share, interval }: Share): string {
  return interval === null
    ? percent(share)
    : `${percent(share)} (${percent(interval[0])} to ${percent(interval[1])})`;
}
