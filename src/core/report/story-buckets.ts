/** What the bucket limits in force mean, where the scores lie, and which actions land where. */
import { BUCKETS } from "../../records/exported.ts";
import { SURE } from "../duel/bucket.ts";
import { scoresChart } from "./charts/scores.ts";
import { stylesChart } from "./charts/styles.ts";
import type { Block } from "./document.ts";
import { counted, percent, points, thousands } from "./format.ts";
import type { ReportData } from "./report-data.ts";
import { sortingBlocks } from "./story-sorting.ts";

export function bucketBlocks({ config, duel, rows, masked, strays }: ReportData): Block[] {
  const { by, final_min, defeat_max } = config.bucket;
  const styles = stylesChart(rows);
  const sorted = rows.filter((row) => row.bucket !== null).length;
  const scores = rows.flatMap((row) => row.score ?? []);
  const value = VALUES[by];
  return [
    { kind: "heading", level: 2, text: "Buckets" },
    {
      kind: "table",
      columns: [
        { name: "bucket" },
        { name: "turns", align: "right" },
        { name: "share", align: "right" },
        { name: "rule in force" },
      ],
      rows: BUCKETS.map((bucket) => {
        const count = rows.filter((row) => row.bucket === bucket).length;
        return [
          bucket,
          thousands(count),
          sorted === 0 ? "–" : percent(count / sorted),
          ruleOf(bucket, value, final_min, defeat_max),
        ];
      }),
    },
    { kind: "text", text: limitWords(config, duel) },
    ...sortingBlocks(duel, config.bucket),
    ...(scores.length === 0
      ? []
      : [
          { kind: "picture", file: "scores.svg", chart: scoresChart(rows, config.bucket) } as const,
        ]),
    ...(styles === null ? [] : [{ kind: "picture", file: "styles.svg", chart: styles } as const]),
    ...maskedBlocks(masked),
    ...(strays.length === 0
      ? []
      : [
          {
            kind: "text",
            tone: "note",
            text: `${counted(strays.length, "file")} in the bucket folders belong to no answer file any more and were left as they are: ${strays.slice(0, 5).join(", ")}${strays.length > 5 ? " …" : ""}`,
          } as const,
        ]),
  ];
}

// ---------------------------------------------------------------------------------------------

const VALUES = {
  score: "score",
  decisive: "decisive score (draws left out)",
  posterior: "reckoned true score",
} as const;

function ruleOf(bucket: string, value: string, finalMin: number, defeatMax: number): string {
  if (bucket === "final") return `${value} ≥ ${finalMin}`;
  return bucket === "refined"
    ? `${defeatMax} ≤ ${value} < ${finalMin}`
    : `${value} < ${defeatMax}, or lost before a judge was asked`;
}

/** Why a clear win may stand at 65, and that the limits are the person's. */
function limitWords(config: ReportData["config"], duel: ReportData["duel"]): string {
  const { by, final_min, defeat_max } = config.bucket;
  const isDefault = final_min === DEFAULTS.final_min && defeat_max === DEFAULTS.defeat_max;
  const limits = isDefault
    ? `The limits ${final_min} and ${defeat_max} are the defaults of [bucket] in chain.toml.`
    : `This workspace sets its own limits in chain.toml: final_min = ${final_min}, defeat_max = ${defeat_max} (defaults: ${DEFAULTS.final_min} and ${DEFAULTS.defeat_max}).`;
  if (by === "decisive")
    return `${limits} Draws are left out (by = "decisive"): wins ÷ (wins + losses) × 100, with at least ${config.duel.min_decisive} metric votes that are no draws; a turn with fewer counts as a draw, 50.`;
  if (by === "posterior")
    return `${limits} The true score is reckoned from the verdicts (by = "posterior"): final is a turn whose mean is high enough and which is above 50 with a chance of at least ${SURE}.`;
  const draws = duel?.vote_shares?.draw;
  if (draws === undefined) return `${limits} A draw counts 50.`;
  const most = 50 + 50 * (1 - draws);
  return `${limits} A draw counts 50, and the judges drew on ${percent(draws)} of the metric votes: with so many draws a turn that wins every other vote scores ${points(most)}, so limits far above 50 leave few turns. Choose them by the share of draws that your judges show, or set by = "decisive" to leave draws out.`;
}

const DEFAULTS = { final_min: 80, defeat_max: 66 };

function maskedBlocks(masked: Readonly<Record<string, number>>): Block[] {
  const kinds = Object.entries(masked).sort(([a], [b]) => (a < b ? -1 : 1));
  if (kinds.length === 0) return [];
  return [
    {
      kind: "text",
      tone: "note",
      text: `Secrets masked in the exported files: ${kinds.map(([kind, n]) => `${kind} ${n}`).join(", ")}. answer/ keeps them.`,
    },
  ];
}
