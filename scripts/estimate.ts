/** npm run estimate: what the missing model calls will cost. */
import { parseFlags, runScript, stageCommand } from "../src/command/cli.ts";

const command = stageCommand({
  name: "estimate",
  about:
    "Reads prompt/, commit/, answer/, score/ and the ledger, and prints the calls, tokens and USD that king, challenger, validate and refine still need, by stage and model: expected, and at most. Asks no model, writes nothing but what it learned of the files (.facts.jsonl).",
  example: "npm run estimate -- --root my-run --limit 100",
  flags: ["limit", "only", "json"],
});

await runScript(async () => {
  const flags = parseFlags(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { totalOf } = await import("../src/core/spend/estimate.ts");
  const { estimateLines } = await import("../src/core/spend/table.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { estimate } = await import("../src/stages/estimate.ts");
  const rows = await estimate(loadConfig(flags.root), openStore(flags.root), flags);
  const out = flags.json ? process.stderr : process.stdout;
  for (const line of estimateLines(rows)) out.write(`${line}\n`);
  if (flags.json) process.stdout.write(`${JSON.stringify({ rows, total: totalOf(rows) })}\n`);
  return 0;
});
