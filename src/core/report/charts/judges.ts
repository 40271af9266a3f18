/** What every judge gave in every metric, with its interval. */
import { METRICS } from "../../../records/score.ts";
import { points } from "../format.ts";
import type { JudgeMeans } from "../judge-means.ts";
import { CHART_WIDTH, dot, label, line, scale, shortened, type Chart } from "./svg.ts";

export function judgesChart(means: readonly JudgeMeans[]): Chart {
  const groups = ["all", ...METRICS] as const;
  const groupHeight = means.length * ROW + 26;
  const height = groups.length * groupHeight + 34;
  const x = scale([0, 100], [LEFT, CHART_WIDTH - 60]);
  const bottom = height - 28;
  const parts = [0, 25, 50, 75, 100].flatMap((tick) => [
    line(x(tick), 8, x(tick), bottom, tick === 50 ? "axis" : "grid"),
    label(x(tick), height - 10, String(tick), { anchor: "middle" }),
  ]);
  for (const [index, metric] of groups.entries()) {
    const top = 8 + index * groupHeight;
    parts.push(label(0, top + 16, metric === "all" ? "all metrics" : metric, { tone: "strong" }));
    for (const [at, judge] of means.entries()) {
      const y = top + 16 + at * ROW + (at === 0 ? 0 : 0);
      const { mean, interval } = judge.metrics[metric];
      parts.push(label(LEFT - 14, y, shortened(judge.model, 26), { anchor: "end" }));
      if (mean === null) continue;
      if (interval !== null)
        parts.push(line(x(interval[0]), y - 4, x(interval[1]), y - 4, "whisker"));
      parts.push(
        dot(
          x(mean),
          y - 4,
          `${judge.model}, ${metric === "all" ? "all metrics" : metric}: ${points(mean)}${interval === null ? "" : `, 95 % ${points(interval[0])} to ${points(interval[1])}`}`,
        ),
        label(CHART_WIDTH - 4, y, points(mean), { anchor: "end", tone: "ink" }),
      );
    }
  }
  return {
    name: "judges",
    title: "Score by judge and metric",
    description:
      "Mean score of the challenger, 0 to 100, a row a judge in each metric, with 95 % intervals over clusters. 50 is a draw.",
    width: CHART_WIDTH,
    height,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 290;
const ROW = 19;
