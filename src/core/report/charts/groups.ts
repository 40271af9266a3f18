/** Mean scores by group of turns, with intervals: repositories, turns of the run. */
import { points } from "../format.ts";
import { CHART_WIDTH, dot, label, line, scale, shortened, type Chart } from "./svg.ts";

export type GroupMean = {
  readonly name: string;
  readonly n: number;
  /** 0..100. */
  readonly mean: number;
  /** 95 %; null under two clusters. */
  readonly interval: readonly [number, number] | null;
};

/** null under two groups: nothing to compare. */
export function groupsChart(
  { name, title, about }: { readonly name: string; readonly title: string; readonly about: string },
  groups: readonly GroupMean[],
): Chart | null {
  if (groups.length < 2) return null;
  const bottom = 16 + groups.length * ROW;
  const x = scale([0, 100], [LEFT, CHART_WIDTH - 60]);
  const parts = [0, 25, 50, 75, 100].flatMap((tick) => [
    line(x(tick), 8, x(tick), bottom, tick === 50 ? "axis" : "grid"),
    label(x(tick), bottom + 18, String(tick), { anchor: "middle" }),
  ]);
  for (const [at, { name: group, n, mean, interval }] of groups.entries()) {
    const y = 26 + at * ROW;
    const bounds =
      interval === null ? "" : `, 95 % ${points(interval[0])} to ${points(interval[1])}`;
    parts.push(
      label(LEFT - 12, y, `${shortened(group, 34)} (${n})`, { anchor: "end", tone: "ink" }),
    );
    if (interval !== null)
      parts.push(line(x(interval[0]), y - 4, x(interval[1]), y - 4, "whisker"));
    parts.push(
      dot(x(mean), y - 4, `${group}: ${points(mean)} over ${n}${bounds}`),
      label(CHART_WIDTH - 4, y, points(Math.round(mean * 10) / 10), { anchor: "end", tone: "ink" }),
    );
  }
  return {
    name,
    title,
    description: `${about} ${groups.map(({ name: group, mean, n }) => `${group} ${points(Math.round(mean))} (${n})`).join(", ")}.`,
    width: CHART_WIDTH,
    height: bottom + 28,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 290;
const ROW = 22;
