/** Simulations as a Markdown table, for the console and docs/tables/simulate.md. */
import { simulationError, type OrderPolicy, type Simulation } from "./simulate.ts";

const NAMES: Readonly<Record<OrderPolicy, string>> = {
  both: "both",
  random: "random",
  fixed: "fixed, king first",
  reversed: "fixed, challenger first",
};

export function simulationTable(simulations: readonly Simulation[]): string {
  const rows = simulations.flatMap(({ world, duels, rows: policies }) =>
    policies.map(({ orders, accepted, acceptedPlain, above, abovePlain }) =>
      [
        `${world.difference}`,
        `${world.instances} x ${world.turnsPerInstance}`,
        NAMES[orders],
        withError(accepted, duels),
        percent(acceptedPlain),
        percent(above),
        percent(abovePlain),
      ].join(" | "),
    ),
  );
  return [
    "| true difference, points | instances x turns | orders | accepted by our gate | with the plain bound | bound above 0 | plain bound above 0 |",
    "|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
  ].join("\n");
}

/** What the drawn votes were like, one line a simulation. */
export function simulationNotes(simulations: readonly Simulation[]): string[] {
  return simulations.map(
    ({ world, duels, draws, firstShare, intraclass }) =>
      `difference ${world.difference}, ${world.instances} x ${world.turnsPerInstance}: ${duels} duels, ${percent(draws)} draws, first-place share ${percent(firstShare)}, intraclass correlation of turn scores ${intraclass.toFixed(2)}`,
  );
}

// ---------------------------------------------------------------------------------------------

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** With the half-width of the 95 % interval that the number of duels leaves. */
const withError = (share: number, duels: number): string =>
  `${percent(share)} ± ${(1.96 * simulationError(share, duels) * 100).toFixed(1)}`;
