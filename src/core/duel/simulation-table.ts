/** Simulations as a Markdown table, for the console and docs/tables/simulate.md. */
import { simulationError, type Simulation } from "./simulate.ts";

export function simulationTable(simulations: readonly Simulation[]): string {
  const rows = simulations.map(({ scenario, duels, rule, percentile, t }) => [
    scenario.group,
    scenario.name,
    String(scenario.world.difference),
    withError(rule, duels),
    withError(percentile, duels),
    withError(t, duels),
  ]);
  return [
    ["world", "repositories", "true edge", "rule in force", "percentile bound", "t bound"],
    ["---", "---", "--:", "--:", "--:", "--:"],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** What the drawn votes are like, and how far the shares can be off. */
export function simulationNotes(simulations: readonly Simulation[]): string[] {
  const [first] = simulations;
  if (first === undefined) return [];
  return [
    `share of duels whose lower bound at alpha is above 0 (win_margin aside); ${first.duels} duels a world, ± is half of the 95 % interval`,
    `${percent(first.draws)} of the votes are draws, ${percent(first.firstShare)} of the others go to whom is shown first`,
    "with looks, the rule in force spends alpha over at most four of them; the other two are taken as they come",
  ];
}

// ---------------------------------------------------------------------------------------------

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** With the half-width of the 95 % interval that the number of duels leaves. */
const withError = (share: number, duels: number): string =>
  `${percent(share)} ± ${(1.96 * simulationError(share, duels) * 100).toFixed(1)}`;
