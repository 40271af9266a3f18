/** Which kinds of action end up in which bucket. */
import { BUCKETS } from "../../../records/exported.ts";
import { counted, percent } from "../format.ts";
import type { TurnRow } from "../turn-row.ts";
import { BUCKET_TONES } from "./scores.ts";
import { CHART_WIDTH, label, line, rect, scale, shortened, type Chart } from "./svg.ts";

/** null when no turn is in a bucket. */
export function stylesChart(rows: readonly TurnRow[]): Chart | null {
  const counts = new Map<string, { final: number; refined: number; defeat: number }>();
  const totals = { final: 0, refined: 0, defeat: 0 };
  for (const { style, bucket } of rows) {
    if (bucket === null) continue;
    const entry = counts.get(style) ?? { final: 0, refined: 0, defeat: 0 };
    entry[bucket]++;
    totals[bucket]++;
    counts.set(style, entry);
  }
  if (counts.size === 0) return null;
  const sizeOf = (entry: { final: number; refined: number; defeat: number }): number =>
    entry.final + entry.refined + entry.defeat;
  const sorted = [...counts].sort(
    ([a, one], [b, other]) => sizeOf(other) - sizeOf(one) || (a < b ? -1 : 1),
  );
  const shown = sorted.slice(0, MOST);
  const rest = sorted.slice(MOST).reduce(
    (sum, [, entry]) => ({
      final: sum.final + entry.final,
      refined: sum.refined + entry.refined,
      defeat: sum.defeat + entry.defeat,
    }),
    { final: 0, refined: 0, defeat: 0 },
  );
  const lines = sizeOf(rest) > 0 ? [...shown, ["other", rest] as const] : shown;
  const bottom = 40 + lines.length * 26;
  const parts: string[] = [];
  for (const [column, bucket] of BUCKETS.entries()) {
    const left = 170 + column * 186;
    const width = scale([0, 1], [0, 116]);
    parts.push(
      label(left, 16, bucket, { tone: "strong" }),
      label(left + 120, 16, counted(totals[bucket], "turn"), { anchor: "end" }),
      line(left, 26, left, bottom - 8, "axis"),
    );
    for (const [index, [style, entry]] of lines.entries()) {
      const y = 46 + index * 26;
      if (totals[bucket] === 0 || entry[bucket] === 0) continue;
      const share = entry[bucket] / totals[bucket];
      parts.push(
        rect(
          { x: left, y: y - 12, w: width(share), h: 15 },
          BUCKET_TONES[bucket],
          `${style}: ${counted(entry[bucket], "turn")}, ${percent(share)} of ${bucket}`,
        ),
        label(left + width(share) + 6, y, percent(share)),
      );
    }
  }
  for (const [index, [style]] of lines.entries()) {
    parts.push(
      label(156, 46 + index * 26, shortened(style === "" ? "(none)" : style, 22), {
        anchor: "end",
        tone: "ink",
      }),
    );
  }
  return {
    name: "styles",
    title: "Action styles by bucket",
    description: `Share of each action style within each bucket: ${lines.map(([style, entry]) => `${style} ${entry.final}/${entry.refined}/${entry.defeat}`).join(", ")} (final/refined/defeat).`,
    width: CHART_WIDTH,
    height: bottom,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const MOST = 10;
