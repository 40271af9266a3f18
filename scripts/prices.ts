/** npm run prices: writes what the providers say their models cost into chain.toml. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "prices",
  about:
    "Asks the providers of chain.toml for their lists of models and writes the prices they name there as [provider.X.price] tables with today's date. Models without a listed price stay unpriced.",
  example: "npm run prices -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { prices, pricesLines } = await import("../src/stages/prices.ts");
  const result = await prices(loadConfig(flags.root), openStore(flags.root), () => new Date());
  const text = flags.json ? JSON.stringify(result) : pricesLines(result).join("\n");
  process.stdout.write(`${text}\n`);
  return result.found.length > 0 ? 0 : 1;
});
