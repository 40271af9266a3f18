/** Means by judge and metric with intervals over clusters, from the rows of the scored turns. */
import { METRICS, type Metric } from "../../records/score.ts";
import { clusterOf, type ClusterBy } from "../duel/cluster-by.ts";
import { clusteredShare } from "../duel/statistics.ts";
import type { TurnRow } from "./turn-row.ts";

export type MeanInterval = {
  /** 0..100; null without turns. */
  readonly mean: number | null;
  /** 95 %; null under two clusters. */
  readonly interval: readonly [number, number] | null;
};

export type JudgeMeans = {
  readonly model: string;
  /** Turns that it judged; of the panel also those that nobody had to judge. */
  readonly n_turns: number;
  readonly metrics: Readonly<Record<Metric | "all", MeanInterval>>;
};

/** "all judges": the panel's own score of each turn. */
export const PANEL = "the panel";

/**
 * The panel first, then each judge by name, each over its own ballots: score and interval are of the
 * same turns. The panel counts turns that were lost before a judge was asked as 0, as the gate does.
 */
export function judgeMeans(rows: readonly TurnRow[], clusterBy: ClusterBy): JudgeMeans[] {
  const scored = rows.filter((row) => row.state === "scored");
  const models = [...new Set(scored.flatMap((row) => row.judges.map(({ model }) => model)))].sort();
  const means = (
    model: string,
    valueOf: (row: TurnRow, metric: Metric) => number | null,
  ): JudgeMeans => {
    const of = (wanted: readonly Metric[]): MeanInterval & { n: number } => {
      const values = scored.flatMap((row) => {
        const each = wanted.map((metric) => valueOf(row, metric));
        const sum = each.reduce<number | null>(
          (all, value) => (all === null || value === null ? null : all + value),
          0,
        );
        return sum === null
          ? []
          : [{ cluster: clusterOf(row, clusterBy), hits: sum / wanted.length / 100, all: 1 }];
      });
      const { share, interval } = clusteredShare(values);
      return {
        n: values.length,
        mean: share === null ? null : share * 100,
        interval: interval === null ? null : [interval[0] * 100, interval[1] * 100],
      };
    };
    return {
      model,
      n_turns: of(METRICS).n,
      metrics: {
        all: of(METRICS),
        correctness: of(["correctness"]),
        grounding: of(["grounding"]),
        progress: of(["progress"]),
        protocol: of(["protocol"]),
        efficiency: of(["efficiency"]),
      },
    };
  };
  return [
    means(PANEL, (row, metric) => row.metrics?.[metric] ?? null),
    ...models.map((model) =>
      means(model, (row, metric) =>
        row.disqualified !== null
          ? null
          : (row.judges.find((judge) => judge.model === model)?.metrics[metric] ?? null),
      ),
    ),
  ];
}
