/** How the scores lie, by bucket, with the limits in force. */
import { BUCKETS } from "../../../records/exported.ts";
import type { BucketRules } from "../../duel/bucket.ts";
import { counted } from "../format.ts";
import type { TurnRow } from "../turn-row.ts";
import { CHART_WIDTH, label, line, rect, scale, ticks, type Chart } from "./svg.ts";

export const BUCKET_TONES = { final: "accent", refined: "mid", defeat: "grey" } as const;

export function scoresChart(rows: readonly TurnRow[], rules: BucketRules): Chart {
  const scored = rows.flatMap((row) => (row.score === null ? [] : [{ ...row, score: row.score }]));
  const bins = Array.from({ length: BINS }, () => ({ final: 0, refined: 0, defeat: 0 }));
  for (const { score, bucket } of scored) {
    const bin = bins[Math.min(BINS - 1, Math.floor(score / WIDTH))];
    if (bin !== undefined && bucket !== null) bin[bucket]++;
  }
  const most = Math.max(1, ...bins.map((bin) => bin.final + bin.refined + bin.defeat));
  const x = scale([0, 100], [48, CHART_WIDTH - 20]);
  const y = scale([0, most], [216, 48]);
  const parts = [
    ...ticks(0, most, 4)
      .filter((tick) => Number.isInteger(tick))
      .flatMap((tick) => [
        line(48, y(tick), CHART_WIDTH - 20, y(tick)),
        label(40, y(tick) + 4, String(tick), { anchor: "end" }),
      ]),
    ...[0, 20, 40, 60, 80, 100].map((tick) =>
      label(x(tick), 234, String(tick), { anchor: "middle" }),
    ),
    label((48 + CHART_WIDTH - 20) / 2, 254, "score of the turn (challenger's view)", {
      anchor: "middle",
    }),
  ];
  for (const [index, bin] of bins.entries()) {
    let below = 0;
    for (const bucket of ["defeat", "refined", "final"] as const) {
      const count = bin[bucket];
      if (count === 0) continue;
      const tip = `${index * WIDTH} to ${(index + 1) * WIDTH}: ${counted(count, "turn")} in ${bucket}`;
      parts.push(
        rect(
          {
            x: x(index * WIDTH) + 1,
            y: y(below + count),
            w: x(WIDTH) - x(0) - 2,
            h: y(below) - y(below + count),
          },
          BUCKET_TONES[bucket],
          tip,
        ),
      );
      below += count;
    }
  }
  if (rules.by === "score") {
    parts.push(limit(x(rules.defeat_max), `defeat < ${rules.defeat_max}`, "end"));
    parts.push(limit(x(rules.final_min), `final ≥ ${rules.final_min}`, "start"));
  }
  for (const [index, bucket] of BUCKETS.entries()) {
    parts.push(
      rect({ x: 48 + index * 88, y: 8, w: 10, h: 10 }, BUCKET_TONES[bucket]),
      label(63 + index * 88, 17, bucket),
    );
  }
  return {
    name: "scores",
    title: "Scores of the turns",
    description: `Histogram of ${counted(scored.length, "score")} from 0 to 100 in steps of ${WIDTH}, by bucket.`,
    width: CHART_WIDTH,
    height: 264,
    body: parts.join(""),
  };
}

// ---------------------------------------------------------------------------------------------

const WIDTH = 5;
const BINS = 100 / WIDTH;

function limit(x: number, text: string, anchor: "start" | "end"): string {
  return (
    line(x, 36, x, 216, "mark") +
    label(x + (anchor === "end" ? -5 : 5), 44, text, { anchor, tone: "ink" })
  );
}
