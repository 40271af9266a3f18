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
import { SCENARIOS, simulate } from "../src/core/duel/simulate.ts";
import { simulationNotes, simulationTable } from "../src/core/duel/simulation-table.ts";

const command = stageCommand({
  name: "simulate",
  about:
    "Draws duels whose truth is known (repositories, lost turns, unequal sizes, leaning and correlated judges, several looks) and prints how often a bound at [duel].gate_alpha is above 0. Asks no model.",
  example: "npm run simulate -- --duels 200",
})
  .option("--duels <n>", "duels a world", wholeNumber, 500)
  .option("--resamples <n>", "resamples a bound", wholeNumber, 399)
  .option("--seed <n>", "seed of all chance", wholeNumber, 1)
  .option("--write", "write docs/tables/simulate.md", false);

type Flags = CommonFlags & { duels: number; resamples: number; seed: number; write: boolean };

await runScript(async () => {
  const { duels, resamples, seed, ...flags } = parseFlags<Flags>(command, process.argv.slice(2));
  const { gate_alpha } = loadConfig(flags.root).duel;
  const simulations = SCENARIOS.map((scenario) => {
    const chance = (what: string) => seededRng(seed, `${what}/${scenario.name}`);
    const rules = { gate_alpha, bootstrap_resamples: resamples, rng: chance };
    return simulate(scenario, duels, chance("votes"), rules);
  });
  const notes = simulationNotes(simulations);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(simulations)}\n`
      : `${simulationTable(simulations)}\n\n${notes.join("\n")}\n`,
  );
  if (flags.write) {
    const body = [simulationTable(simulations), "", ...notes.map((note) => `- ${note}`)];
    await writeTable("simulate", body.join("\n"), `--duels ${duels} --seed ${seed}`);
  }
  return 0;
});
