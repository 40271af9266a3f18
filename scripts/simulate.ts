/** npm run simulate: how often the gate accepts challengers that are no better, and that are. */
import {
  parseFlags,
  runScript,
  stageCommand,
  wholeNumber,
  type CommonFlags,
} from "../src/command/cli.ts";
import { writeTable } from "../src/command/made-table.ts";
import { loadConfig } from "../src/config.ts";
import { seededRng } from "../src/core/random.ts";
import { panelNotes, panelTable, sortingTable } from "../src/core/duel/panel-table.ts";
import {
  simulatePanels,
  simulateSorting,
  type PanelFigures,
  type SortingFigures,
} from "../src/core/duel/simulate-panel.ts";
import { SCENARIOS, simulate, type Simulation } from "../src/core/duel/simulate.ts";
import { simulationNotes, simulationTable } from "../src/core/duel/simulation-table.ts";

const command = stageCommand({
  name: "simulate",
  about:
    "Draws duels whose truth is known (repositories, lost turns, unequal sizes, leaning and correlated judges, several looks) and prints how often a bound at [duel].gate_alpha is above 0; what panels that stop early cost and find. Asks no model.",
  example: "npm run simulate -- --duels 200",
})
  .option("--duels <n>", "duels a world", wholeNumber, 500)
  .option("--resamples <n>", "resamples a bound", wholeNumber, 399)
  .option("--seed <n>", "seed of all chance", wholeNumber, 1)
  .option("--panels", "only what panels cost and what ways of sorting let through", false)
  .option("--write", "write docs/tables/simulate.md, panels included", false);

type Flags = CommonFlags & {
  duels: number;
  resamples: number;
  seed: number;
  panels: boolean;
  write: boolean;
};

/** Repositories of five turns each. */
const PANEL_REPOSITORIES = 2000;
const SHARED_ERRORS = [0, 0.3, 0.65] as const;
const JUDGE_ERRORS = [0.5, 1, 1.5] as const;
const FINAL_MIN = 60;

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const { duels, seed } = flags;
  const simulations = flags.panels ? [] : simulateGate(flags);
  const found = flags.panels || flags.write ? simulateRest(seed) : null;
  const gate = flags.panels
    ? []
    : [simulationTable(simulations), "", ...listed(simulationNotes(simulations))];
  const rest =
    found === null
      ? []
      : [
          panelTable(found.panels),
          "",
          sortingTable(found.sorted),
          "",
          ...listed(panelNotes(found.panels, found.sorted)),
        ];
  const body = [...gate, ...(gate.length > 0 && rest.length > 0 ? [""] : []), ...rest].join("\n");
  process.stdout.write(
    `${flags.json ? JSON.stringify(flags.panels ? found : simulations) : body}\n`,
  );
  if (flags.write) await writeTable("simulate", body, `--duels ${duels} --seed ${seed}`);
  return 0;
});

function simulateGate({ root, duels, resamples, seed }: Flags): Simulation[] {
  const { gate_alpha } = loadConfig(root).duel;
  return SCENARIOS.map((scenario) => {
    const chance = (what: string) => seededRng(seed, `${what}/${scenario.name}`);
    const rules = { gate_alpha, bootstrap_resamples: resamples, rng: chance };
    return simulate(scenario, duels, chance("votes"), rules);
  });
}

function simulateRest(seed: number): { panels: PanelFigures[]; sorted: SortingFigures[] } {
  const worlds = JUDGE_ERRORS.flatMap((judgeError) =>
    SHARED_ERRORS.map((sharedError) => ({ judgeError, sharedError })),
  );
  return {
    panels: SHARED_ERRORS.flatMap((shared) =>
      simulatePanels(shared, PANEL_REPOSITORIES, seededRng(seed, `panels/${shared}`)),
    ),
    sorted: worlds.flatMap((world) => {
      const rng = seededRng(seed, `sorting/${world.judgeError}/${world.sharedError}`);
      return simulateSorting(world, PANEL_REPOSITORIES, FINAL_MIN, rng);
    }),
  };
}

function listed(notes: readonly string[]): string[] {
  return notes.map((note) => `- ${note}`);
}
