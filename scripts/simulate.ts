/** npm run simulate: how often the gate accepts challengers that are no better, and that are. */
import {
  parseFlags,
  runScript,
  stageCommand,
  wholeNumber,
  type CommonFlags,
} from "../src/command/cli.ts";
import { writeTable } from "../src/command/made-table.ts";
import { refuseUnused, simulateToTarget } from "../src/command/simulate-target.ts";
import { loadConfig } from "../src/config.ts";
import { seededRng } from "../src/core/random.ts";
import { simulateRest } from "../src/core/duel/simulate-panel.ts";
import { simulateAll } from "../src/core/duel/simulate.ts";
import { simulationText } from "../src/core/duel/simulation-text.ts";

const command = stageCommand({
  name: "simulate",
  about:
    "Draws duels whose truth is known (repositories, lost turns, unequal sizes, leaning and correlated judges, several looks) and prints how often a bound at [duel].gate_alpha is above 0; what panels that stop early cost and find. Asks no model.",
  example: "npm run simulate -- --duels 200",
  flags: ["json"],
})
  .option("--duels <n>", "duels a world", wholeNumber, 500)
  .option("--resamples <n>", "resamples a bound", wholeNumber, 399)
  .option("--seed <n>", "seed of all chance", wholeNumber, 1)
  .option("--panels", "only what panels cost and what ways of sorting let through", false)
  .option(
    "--target",
    "only runs towards a target: how many rounds draw, and the gate's error",
    false,
  )
  .option("--runs <n>", "runs a world of --target", wholeNumber, 2000)
  .option(
    "--write",
    "write docs/tables/simulate.md, panels included; target.md with --target",
    false,
  );

type Flags = CommonFlags &
  Record<"duels" | "resamples" | "seed" | "runs", number> &
  Record<"panels" | "target" | "write", boolean>;

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  refuseUnused(command, flags);
  const { duels, resamples, seed, panels, json, write } = flags;
  const chance = (what: string) => seededRng(seed, what);
  const { gate_alpha } = loadConfig(flags.root).duel;
  const rules = { gate_alpha, bootstrap_resamples: resamples, rng: chance };
  if (flags.target) return simulateToTarget(flags, rules);
  const gate = panels ? [] : simulateAll(duels, rules);
  const rest = panels || write ? simulateRest(chance) : null;
  const body = simulationText(gate, rest);
  process.stdout.write(`${json ? JSON.stringify(panels ? rest : gate) : body}\n`);
  if (write) await writeTable("simulate", body, `--duels ${duels} --seed ${seed}`);
  return 0;
});
