/** Whether a judge prefers the first seat: the share of its decisive votes that MODEL 1 got. */
import type { Duel } from "../../../records/duel.ts";
import { percent } from "../format.ts";
import { CHART_WIDTH, dot, label, line, scale, shortened, type Chart } from "./svg.ts";

/** null when no judge has a share. */
export function biasChart(duel: Duel): Chart | null {
  const judges = duel.judges.flatMap((judge) =>
    typeof judge.first_share === "number" ? [{ ...judge, first_share: judge.first_share }] : [],
  );
  if (judges.length === 0) return null;
  const bottom = 22 + judges.length * 28;
  const x = scale([0, 1], [290, CHART_WIDTH - 80]);
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    line(x(tick), 12, x(tick), bottom, tick === 0.5 ? "axis" : "grid"),
    label(x(tick), bottom + 18, `${tick * 100} %`, { anchor: "middle" }),
  ]);
  for (const [index, judge] of judges.entries()) {
    const y = 36 + index * 28;
    const interval = judge.first_share_interval;
    parts.push(label(276, y, shortened(judge.model, 36), { anchor: "end", tone: "ink" }));
    if (interval != null) parts.push(line(x(interval[0]), y - 4, x(interval[1]), y - 4, "whisker"));
    parts.push(
      dot(x(judge.first_share), y - 4, `${judge.model}: ${percent(judge.first_share)}`),
      label(CHART_WIDTH - 4, y, percent(judge.first_share), { anchor: "end", tone: "ink" }),
    );
  }
  return {
    name: "bias",
    title: "First-place bias by judge",
    description:
      "Share of each judge's decisive votes that went to the candidate shown first, with 95 % intervals. Without bias it is 50 %.",
    width: CHART_WIDTH,
    height: bottom + 30,
    body: parts.join(""),
  };
}
