/** The resampled margins with bound and required margin: how sure the gate is. */
import type { Duel } from "../../../records/duel.ts";
import { counted, points } from "../format.ts";
import { CHART_WIDTH, label, line, rect, scale, ticks, type Chart } from "./svg.ts";

/** null when the duel has no distribution (no scored turns, or all means alike). */
export function bootstrapChart(duel: Duel): Chart | null {
  const { bootstrap } = duel;
  if (bootstrap == null || bootstrap.counts.length === 0) return null;
  const marginOf = (mean: number): number => mean * 200;
  const lines: Mark[] = [
    { at: 0, text: "draw" },
    { at: duel.win_margin, text: `needed ${points(duel.win_margin)}` },
    ...(duel.lcb === null
      ? []
      : [{ at: marginOf(duel.lcb), text: `lower bound ${points(marginOf(duel.lcb))}` }]),
    ...(duel.margin === null ? [] : [{ at: duel.margin, text: `margin ${points(duel.margin)}` }]),
  ];
  const low = marginOf(bootstrap.low);
  const high = marginOf(bootstrap.high);
  const ends = [low, high, ...lines.map((mark) => mark.at)];
  const from = Math.min(...ends);
  const to = Math.max(...ends);
  const pad = (to - from) * 0.04 || 1;
  const x = scale([from - pad, to + pad], [24, CHART_WIDTH - 24]);
  const most = Math.max(1, ...bootstrap.counts);
  const y = scale([0, most], [BOTTOM, 96]);
  const width = (high - low) / bootstrap.counts.length;
  const parts = ticks(from - pad, to + pad, 7).flatMap((tick) => [
    line(x(tick), 96, x(tick), BOTTOM),
    label(x(tick), BOTTOM + 18, points(tick), { anchor: "middle" }),
  ]);
  for (const [index, count] of bootstrap.counts.entries()) {
    const start = x(low + index * width);
    const tone =
      duel.lcb !== null && low + (index + 1) * width <= marginOf(duel.lcb) ? "soft" : "mid";
    parts.push(
      rect(
        {
          x: start,
          y: y(count),
          w: x(low + (index + 1) * width) - start - 1,
          h: BOTTOM - y(count),
        },
        tone,
        `margin ${points(low + index * width)} to ${points(low + (index + 1) * width)}: ${counted(count, "resample")}`,
      ),
    );
  }
  for (const [index, mark] of lines.entries()) {
    const right = x(mark.at) > CHART_WIDTH * 0.7;
    parts.push(
      line(x(mark.at), 18 + index * 20, x(mark.at), BOTTOM, index === 0 ? "axis" : "mark"),
      label(x(mark.at) + (right ? -6 : 6), 24 + index * 20, mark.text, {
        anchor: right ? "end" : "start",
        tone: "ink",
      }),
    );
  }
  parts.push(
    label(
      CHART_WIDTH / 2,
      BOTTOM + 38,
      "margin in points: challenger − opponent, in each resample",
      {
        anchor: "middle",
      },
    ),
  );
  return {
    name: "bootstrap",
    title: "How sure the margin is",
    description: `Distribution of the margin over resampled clusters, with the draw, the needed margin, the lower bound and the margin itself.`,
    width: CHART_WIDTH,
    height: BOTTOM + 50,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

type Mark = { readonly at: number; readonly text: string };

const BOTTOM = 250;
