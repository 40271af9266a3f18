/** Scores and costs of several runs, in the order of their time. */
import { points, usd } from "../format.ts";
import { CHART_WIDTH, dot, label, line, rect, scale, shortened, type Chart } from "./svg.ts";

export type RunPoint = {
  readonly name: string;
  /** Challenger's score, 0..100; null: not judged. */
  readonly score: number | null;
  /** Of the priced calls; null: unpriced or none. */
  readonly usd: number | null;
};

/** null under two runs. */
export function runsChart(runs: readonly RunPoint[]): Chart | null {
  if (runs.length < 2) return null;
  const step = (CHART_WIDTH - LEFT - 20) / runs.length;
  const x = (at: number): number => LEFT + step * (at + 0.5);
  const y = scale([0, 100], [150, 24]);
  const dearest = Math.max(...runs.map((run) => run.usd ?? 0));
  const high = scale([0, dearest], [0, 70]);
  const parts = [0, 50, 100].flatMap((tick) => [
    line(LEFT, y(tick), CHART_WIDTH - 20, y(tick), tick === 50 ? "axis" : "grid"),
    label(LEFT - 8, y(tick) + 4, String(tick), { anchor: "end" }),
  ]);
  parts.push(label(0, 14, "challenger score", { tone: "strong" }));
  parts.push(label(0, 190, "USD", { tone: "strong" }));
  for (const [at, run] of runs.entries()) {
    const before = runs[at - 1];
    if (run.score !== null && before?.score != null)
      parts.push(line(x(at - 1), y(before.score), x(at), y(run.score), "whisker"));
    if (run.score !== null)
      parts.push(dot(x(at), y(run.score), `${run.name}: score ${points(run.score)}`));
    const spent = dearest === 0 || run.usd === null ? 0 : high(run.usd);
    const width = Math.min(26, step * 0.6);
    const box = { x: x(at) - width / 2, y: 266 - spent, w: width, h: spent };
    parts.push(rect(box, "grey", `${run.name}: ${run.usd === null ? "unpriced" : usd(run.usd)}`));
    const room = Math.max(4, Math.floor(step / 7));
    parts.push(label(x(at), 284, shortened(run.name, room), { anchor: "middle" }));
  }
  parts.push(line(LEFT, 266, CHART_WIDTH - 20, 266, "axis"));
  return {
    name: "runs",
    title: "Scores and costs over time",
    description: runs
      .map(({ name, score, usd: sum }) => `${name}: score ${points(score)}, ${usd(sum)}`)
      .join("; "),
    width: CHART_WIDTH,
    height: 296,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 60;
