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
import { simulate } from "../src/core/duel/simulate.ts";
import { simulationNotes, simulationTable } from "../src/core/duel/simulation-table.ts";

const command = stageCommand({
  name: "simulate",
  about:
    "Draws duels whose truth is known (instance effects, three judges with first-place bias) and prints how often the gate of chain.toml accepts. Asks no model.",
  example: "npm run simulate -- --duels 500",
})
  .option("--duels <n>", "duels a row", wholeNumber, 1000)
  .option("--seed <n>", "seed of all chance", wholeNumber, 1)
  .option("--write", "write docs/tables/simulate.md", false);

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { duels: number; seed: number; write: boolean }>(
    command,
    process.argv.slice(2),
  );
  const { duel } = loadConfig(flags.root);
  const judged = { turnsPerInstance: 5, intraclass: 0.3, judges: 3, firstPlaceBias: 0.15 };
  const simulations = [0, 5].flatMap((difference) =>
    [20, 60, 200].map((instances) => {
      const world = { ...judged, instances, difference };
      const chance = (what: string) => seededRng(flags.seed, `${what}/${instances}/${difference}`);
      return simulate(world, flags.duels, chance("votes"), { ...duel, rng: chance });
    }),
  );
  const notes = simulationNotes(simulations);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(simulations)}\n`
      : `${simulationTable(simulations)}\n\n${notes.join("\n")}\n`,
  );
  if (flags.write) {
    const body = [simulationTable(simulations), "", ...notes.map((note) => `- ${note}`)];
    await writeTable("simulate", body.join("\n"), `--duels ${flags.duels} --seed ${flags.seed}`);
  }
  return 0;
});
