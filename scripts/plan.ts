/** npm run plan -- --edge 3: how many turns, clusters and calls a duel needs to find a lead. */
import { InvalidArgumentError } from "commander";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "plan",
  about:
    "Reads the scores of the workspace (with fewer than 20: those of the sample) and prints how many turns, clusters and judge calls the gate of chain.toml needs to find a lead in 80 % and 90 % of cases. Asks no model, writes nothing.",
  example: "npm run plan -- --edge 3",
  flags: ["json"],
}).option("--edge <points>", "true lead of the challenger over the king, in points", points, 3);

function points(text: string): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("expected points above 0, for example 3.");
}

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { edge: number }>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { plan, planLines } = await import("../src/stages/plan.ts");
  const found = await plan(loadConfig(flags.root), openStore(flags.root), flags.edge);
  process.stdout.write(
    flags.json ? `${JSON.stringify(found)}\n` : `${planLines(found).join("\n")}\n`,
  );
  return 0;
});
