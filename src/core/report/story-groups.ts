/** Where the challenger does well: by repository, by turn of the run, by length. */
import { clusterOf } from "../duel/cluster-by.ts";
import { clusteredShare } from "../duel/statistics.ts";
import { groupsChart, type GroupMean } from "./charts/groups.ts";
import { lengthsChart } from "./charts/lengths.ts";
import type { Block } from "./document.ts";
import type { ReportData } from "./report-data.ts";
import type { TurnRow } from "./turn-row.ts";

export function groupBlocks({ rows }: ReportData): Block[] {
  const scored = rows.filter((row) => row.state === "scored");
  const charts = [
    groupsChart(
      {
        name: "repositories",
        title: "Score by repository",
        about: "Mean score, turns in brackets:",
      },
      largest(means(scored, ({ repo }) => (repo === "" ? "unknown" : repo))),
    ),
    groupsChart(
      { name: "turns", title: "Score by turn of the run", about: "Mean score, turns in brackets:" },
      means(scored, ({ turn }) => (turn === null ? null : turnName(turn))),
    ),
    lengthsChart(
      scored.flatMap(({ file, score, lengths }) =>
        score === null || lengths == null
          ? []
          : [{ file, score, longer: lengths.challenger - lengths.opponent }],
      ),
    ),
  ].filter((chart) => chart !== null);
  if (charts.length === 0) return [];
  return [
    { kind: "heading", level: 2, text: "By repository, turn and length" },
    {
      kind: "text",
      text: "Means of the turns' scores (50 is a draw) with 95 % intervals over instances; the number of turns in brackets.",
    },
    ...charts.map((chart) => ({ kind: "picture", file: `${chart.name}.svg`, chart }) as const),
  ];
}

// ---------------------------------------------------------------------------------------------

/** Repositories shown; the others are small. */
const MOST = 15;
/** From here on turns are taken together. */
const LATE = 20;

const turnName = (turn: number): string =>
  turn < LATE ? `turn ${turn}` : `turn ${LATE} and later`;

/** By name, numbers by value. */
function means(rows: readonly TurnRow[], nameOf: (row: TurnRow) => string | null): GroupMean[] {
  const groups = new Map<string, TurnRow[]>();
  for (const row of rows) {
    const name = nameOf(row);
    if (name === null) continue;
    const group = groups.get(name) ?? [];
    group.push(row);
    groups.set(name, group);
  }
  return [...groups]
    .map(([name, group]) => meanOf(name, group))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

function meanOf(name: string, rows: readonly TurnRow[]): GroupMean {
  const values = rows.map((row) => ({
    cluster: clusterOf(row, "instance_id"),
    hits: (row.score ?? 0) / 100,
    all: 1,
  }));
  const { share, interval } = clusteredShare(values);
  return {
    name,
    n: rows.length,
    mean: (share ?? 0) * 100,
    interval: interval === null ? null : [interval[0] * 100, interval[1] * 100],
  };
}

const largest = (groups: readonly GroupMean[]): GroupMean[] =>
  groups.toSorted((a, b) => b.n - a.n).slice(0, MOST);
