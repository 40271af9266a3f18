/** Judges against each other: Cohen's kappa of every pair. */
import type { Duel } from "../../../records/duel.ts";
import { decimal } from "../format.ts";
import { CHART_WIDTH, label, rect, shortened, type Chart } from "./svg.ts";

/** null under two judges. */
export function agreementChart({ agreement }: Duel): Chart | null {
  const kappas = agreement?.kappas ?? [];
  const judges = [...new Set(kappas.flatMap(({ a, b }) => [a, b]))];
  if (judges.length < 2) return null;
  const side = Math.min(70, (CHART_WIDTH - LEFT - 10) / judges.length);
  const parts: string[] = [];
  for (const [row, one] of judges.entries()) {
    const y = TOP + row * HIGH;
    parts.push(label(LEFT - 12, y + 18, shortened(one, 36), { anchor: "end", tone: "ink" }));
    parts.push(label(LEFT + row * side + side / 2, TOP - 8, String(row + 1), { anchor: "middle" }));
    parts.push(label(4, y + 18, String(row + 1)));
    for (const [column, other] of judges.entries()) {
      const x = LEFT + column * side;
      const found = kappas.find(
        ({ a, b }) => (a === one && b === other) || (a === other && b === one),
      );
      if (found === undefined) continue;
      const { kappa, n } = found;
      const tone =
        kappa === null ? "paper" : (TONES.find(([from]) => kappa >= from)?.[1] ?? "grey");
      const tip = `${one} and ${other}: κ ${decimal(kappa)} over ${n}`;
      parts.push(rect({ x: x + 1, y: y + 1, w: side - 2, h: HIGH - 2 }, tone, tip));
      parts.push(label(x + side / 2, y + 18, decimal(kappa), { anchor: "middle", tone: "strong" }));
    }
  }
  return {
    name: "agreement",
    title: "Judges against each other (Cohen's κ)",
    description: kappas.map(({ a, b, kappa }) => `${a} and ${b}: ${decimal(kappa)}`).join("; "),
    width: CHART_WIDTH,
    height: TOP + judges.length * HIGH + 6,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const LEFT = 310;
const TOP = 24;
const HIGH = 28;

/** Kappa from which on a shade applies, highest first. */
const TONES: readonly (readonly [number, string])[] = [
  [0.6, "mid"],
  [0.2, "soft"],
];
