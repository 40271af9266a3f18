/** Paired differences with their intervals, a line a group: what a checkpoint brought, and where. */
import { nats } from "../format.ts";
import { CHART_WIDTH, dot, label, line, scale, shortened, ticks, type Chart } from "./svg.ts";

export type DifferenceLine = {
  readonly name: string;
  readonly rows: number;
  readonly difference: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  /** Set apart: the line over all rows. */
  readonly isWhole?: boolean;
};

/** null without lines. */
export function differencesChart(lines: readonly DifferenceLine[]): Chart | null {
  if (lines.length === 0) return null;
  const ends = lines.flatMap(({ interval, difference }) => [...interval, difference, 0]);
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const pad = (to - from) * 0.05 || 0.01;
  const x = scale([from - pad, to + pad], [LEFT, CHART_WIDTH - 70]);
  const bottom = 22 + lines.length * ROW;
  const parts = ticks(from - pad, to + pad, 6).flatMap((tick) => [
    line(x(tick), 12, x(tick), bottom, "grid"),
    label(x(tick), bottom + 18, String(tick).replace("-", "−"), { anchor: "middle" }),
  ]);
  parts.push(line(x(0), 12, x(0), bottom, "mark"));
  for (const [at, { name, rows, difference, interval, isWhole }] of lines.entries()) {
    const y = 34 + at * ROW;
    const words = `${shortened(name, 30)} (${rows})`;
    parts.push(
      label(LEFT - 12, y, words, { anchor: "end", tone: isWhole === true ? "strong" : "ink" }),
      line(x(interval[0]), y - 4, x(interval[1]), y - 4, "whisker"),
      dot(
        x(difference),
        y - 4,
        `${name}: ${nats(difference)}, 95 % ${nats(interval[0])} to ${nats(interval[1])}`,
        isWhole === true ? "accent" : "mid",
      ),
      label(CHART_WIDTH - 4, y, nats(difference), { anchor: "end", tone: "ink" }),
    );
  }
  parts.push(
    label(
      (LEFT + CHART_WIDTH - 70) / 2,
      bottom + 38,
      "nats a token: base − checkpoint (right of 0: better)",
      {
        anchor: "middle",
      },
    ),
  );
  return {
    name: "differences",
    title: "What the checkpoint brought, by group",
    description: `Paired differences of the negative log likelihood in nats a token, with 95 % intervals over clusters; rows in brackets. ${lines.map(({ name, difference }) => `${name} ${nats(difference)}`).join(", ")}.`,
    width: CHART_WIDTH,
    height: bottom + 50,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 250;
const ROW = 22;
