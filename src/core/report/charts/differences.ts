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

/** What is told apart, and how a value of it is written. */
export type DifferenceWords = {
  readonly title: string;
  readonly axis: string;
  /** "Paired differences of ..., with 95 % intervals over clusters". */
  readonly what: string;
  readonly shown: (value: number) => string;
  /** Ticks are multiples of it: 100 shows shares as per cent. */
  readonly times: number;
};

const NATS: DifferenceWords = {
  title: "What the checkpoint brought, by group",
  axis: "nats a token: base − checkpoint (right of 0: better)",
  what: "Paired differences of the negative log likelihood in nats a token, with 95 % intervals over clusters",
  shown: nats,
  times: 1,
};

/** null without lines. */
export function differencesChart(
  lines: readonly DifferenceLine[],
  { title, axis, what, shown, times }: DifferenceWords = NATS,
): Chart | null {
  if (lines.length === 0) return null;
  const ends = lines.flatMap(({ interval, difference }) => [...interval, difference, 0]);
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const pad = (to - from) * 0.05 || 0.01;
  const x = scale([from - pad, to + pad], [LEFT, CHART_WIDTH - 70]);
  const bottom = 22 + lines.length * ROW;
  const parts = ticks((from - pad) * times, (to + pad) * times, 6).flatMap((tick) => [
    line(x(tick / times), 12, x(tick / times), bottom, "grid"),
    label(x(tick / times), bottom + 18, String(tick).replace("-", "−"), { anchor: "middle" }),
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
        `${name}: ${shown(difference)}, 95 % ${shown(interval[0])} to ${shown(interval[1])}`,
        isWhole === true ? "accent" : "mid",
      ),
      label(CHART_WIDTH - 4, y, shown(difference), { anchor: "end", tone: "ink" }),
    );
  }
  parts.push(
    label((LEFT + CHART_WIDTH - 70) / 2, bottom + 38, axis, {
      anchor: "middle",
    }),
  );
  return {
    name: "differences",
    title,
    description: `${what}; rows in brackets. ${lines.map(({ name, difference }) => `${name} ${shown(difference)}`).join(", ")}.`,
    width: CHART_WIDTH,
    height: bottom + 50,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 250;
const ROW = 22;
