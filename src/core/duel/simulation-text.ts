/** All that `npm run simulate` found, as it prints it and as docs/tables/simulate.md keeps it. */
import { panelNotes, panelTable, sortingTable } from "./panel-table.ts";
import type { PanelFigures, SortingFigures } from "./simulate-panel.ts";
import type { Simulation } from "./simulate.ts";
import { simulationNotes, simulationTable } from "./simulation-table.ts";

/** Either part may be missing: no simulations, or null. */
export function simulationText(
  gate: readonly Simulation[],
  rest: {
    readonly panels: readonly PanelFigures[];
    readonly sorted: readonly SortingFigures[];
  } | null,
): string {
  const parts = [
    ...(gate.length === 0 ? [] : [simulationTable(gate), listOf(simulationNotes(gate))]),
    ...(rest === null
      ? []
      : [
          panelTable(rest.panels),
          sortingTable(rest.sorted),
          listOf(panelNotes(rest.panels, rest.sorted)),
        ]),
  ];
  return parts.join("\n\n");
}

// ---------------------------------------------------------------------------------------------

function listOf(notes: readonly string[]): string {
  return notes.map((note) => `- ${note}`).join("\n");
}
