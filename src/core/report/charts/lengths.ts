/** Whether longer answers score higher: a dot a turn. */
import { points, thousands } from "../format.ts";
import { CHART_WIDTH, dot, label, line, scale, type Chart } from "./svg.ts";

export type LengthPoint = {
  readonly file: string;
  /** 0..100. */
  readonly score: number;
  /** Characters of the challenger's answer less the opponent's. */
  readonly longer: number;
};

/** null under two turns. Of more than 1,000 turns every so many, evenly. */
export function lengthsChart(all: readonly LengthPoint[]): Chart | null {
  if (all.length < 2) return null;
  const step = Math.ceil(all.length / MOST);
  const shown = all.filter((_, at) => at % step === 0);
  const far = Math.max(1, ...shown.map(({ longer }) => Math.abs(longer)));
  // Half the characters to half the way: a few very long answers must not press all others together.
  const place = (longer: number): number => Math.sign(longer) * Math.sqrt(Math.abs(longer) / far);
  const x = scale([-1, 1], [LEFT, CHART_WIDTH - 20]);
  const y = scale([0, 100], [206, 16]);
  const parts = [0, 25, 50, 75, 100].flatMap((tick) => [
    line(LEFT, y(tick), CHART_WIDTH - 20, y(tick), tick === 50 ? "axis" : "grid"),
    label(LEFT - 8, y(tick) + 4, String(tick), { anchor: "end" }),
  ]);
  for (const longer of [-far, -far / 4, 0, far / 4, far])
    parts.push(
      label(x(place(longer)), 224, signed(longer), {
        anchor: longer === far ? "end" : longer === -far ? "start" : "middle",
      }),
    );
  for (const { file, score, longer } of shown)
    parts.push(
      dot(
        x(place(longer)),
        y(score),
        `${file}: ${points(score)}, ${signed(longer)} characters`,
        "mid",
      ),
    );
  parts.push(
    label((LEFT + CHART_WIDTH - 20) / 2, 244, "characters of the challenger less the opponent's", {
      anchor: "middle",
    }),
  );
  return {
    name: "lengths",
    title: "Score by length",
    description: `${thousands(shown.length)} of ${thousands(all.length)} turns: score against how many characters longer the challenger's answer is, on a square root scale.`,
    width: CHART_WIDTH,
    height: 254,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 48;
const MOST = 1000;

const signed = (n: number): string =>
  n === 0 ? "0" : `${n > 0 ? "+" : "−"}${thousands(Math.abs(n))}`;
