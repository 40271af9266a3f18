/** The loss of a training run, step by step, with that on held-out rows where there is one. */
import { decimal } from "../format.ts";
import { CHART_WIDTH, dot, label, line, scale, ticks, type Chart } from "./svg.ts";

export type CurvePoint = {
  readonly step: number;
  readonly loss: number | null;
  readonly eval_loss: number | null;
};

/** null under two points with a loss. */
export function lossChart(points: readonly CurvePoint[]): Chart | null {
  const trained = points.flatMap(({ step, loss }) => (loss === null ? [] : [{ step, loss }]));
  const held = points.flatMap(({ step, eval_loss: loss }) =>
    loss === null ? [] : [{ step, loss }],
  );
  if (trained.length < 2) return null;
  const losses = [...trained, ...held].map(({ loss }) => loss);
  const steps = points.map(({ step }) => step);
  const x = scale([Math.min(...steps), Math.max(...steps)], [48, CHART_WIDTH - 20]);
  const y = scale([Math.min(...losses), Math.max(...losses)], [BOTTOM, 24]);
  const parts = [
    ...ticks(Math.min(...losses), Math.max(...losses), 4).flatMap((tick) => [
      line(48, y(tick), CHART_WIDTH - 20, y(tick)),
      label(40, y(tick) + 4, String(tick), { anchor: "end" }),
    ]),
    ...ticks(Math.min(...steps), Math.max(...steps), 6)
      .filter((tick) => Number.isInteger(tick))
      .map((tick) => label(x(tick), BOTTOM + 18, String(tick), { anchor: "middle" })),
  ];
  for (const [at, point] of thinned(trained).entries()) {
    const before = thinned(trained)[at - 1];
    if (before !== undefined)
      parts.push(line(x(before.step), y(before.loss), x(point.step), y(point.loss), "axis"));
  }
  for (const { step, loss } of held) {
    parts.push(dot(x(step), y(loss), `step ${step}: ${decimal(loss)} on held-out rows`));
  }
  parts.push(
    label(
      (48 + CHART_WIDTH - 20) / 2,
      BOTTOM + 38,
      held.length > 0 ? "step (dots: held-out rows)" : "step",
      { anchor: "middle" },
    ),
  );
  const [first, last] = [trained[0], trained.at(-1)];
  return {
    name: "loss",
    title: "Loss while training",
    description: `Training loss over ${trained.length} logged steps, from ${decimal(first?.loss)} to ${decimal(last?.loss)}.`,
    width: CHART_WIDTH,
    height: BOTTOM + 50,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const BOTTOM = 220;
/** More points than pixels say nothing more. */
const MOST = 240;

function thinned<T>(points: readonly T[]): readonly T[] {
  const every = Math.ceil(points.length / MOST);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}
