/** Money and time by stage. */
import { duration, usd } from "../format.ts";
import { CHART_WIDTH, label, rect, scale, type Chart } from "./svg.ts";

export type StageCost = {
  readonly stage: string;
  readonly usd: number;
  /** No call of it has a known price. @default false */
  readonly isUnpriced?: boolean;
  /** Wall clock of the stage's last run that asked or changed something; null: not known. */
  readonly wall_ms: number | null;
};

/** null for no stage. */
export function costChart(stages: readonly StageCost[]): Chart | null {
  if (stages.length === 0) return null;
  const dearest = Math.max(...stages.map((stage) => stage.usd), 0);
  const slowest = Math.max(...stages.map((stage) => stage.wall_ms ?? 0), 0);
  const cost = scale([0, dearest], [0, 190]);
  const time = scale([0, slowest], [0, 170]);
  const parts = [
    label(120, 16, "USD (all runs)", { tone: "strong" }),
    label(430, 16, "time (last run)", { tone: "strong" }),
  ];
  for (const [index, stage] of stages.entries()) {
    const y = 44 + index * 28;
    const spent = dearest === 0 ? 0 : cost(stage.usd);
    parts.push(label(0, y, stage.stage, { tone: "ink" }));
    parts.push(
      rect({ x: 120, y: y - 12, w: spent, h: 15 }, "accent", `${stage.stage}: ${costWord(stage)}`),
    );
    parts.push(label(126 + spent, y, costWord(stage)));
    if (stage.wall_ms === null) continue;
    const took = slowest === 0 ? 0 : time(stage.wall_ms);
    parts.push(
      rect(
        { x: 430, y: y - 12, w: took, h: 15 },
        "grey",
        `${stage.stage}: ${duration(stage.wall_ms)}`,
      ),
    );
    parts.push(label(436 + took, y, duration(stage.wall_ms)));
  }
  return {
    name: "cost",
    title: "Cost and time by stage",
    description: stages
      .map(
        (stage) =>
          `${stage.stage}: ${costWord(stage)}${stage.wall_ms === null ? "" : `, ${duration(stage.wall_ms)}`}`,
      )
      .join("; "),
    width: CHART_WIDTH,
    height: 44 + stages.length * 28,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const costWord = ({ isUnpriced, usd: sum }: StageCost): string =>
  isUnpriced === true ? "unpriced" : usd(sum);
