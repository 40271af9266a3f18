/** npm run status: what is done, pending and failed per stage, the cost so far, what to run next. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "status",
  about:
    "Reads a workspace and says per stage what is done, pending and failed, what it has cost, and what to run next. Changes nothing; may be used while a stage runs.",
  example: "npm run status -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { openStore } = await import("../src/io/store.ts");
  const { status, statusLines } = await import("../src/stages/status.ts");
  const state = await status(openStore(flags.root));
  const text = flags.json ? JSON.stringify(state) : statusLines(state).join("\n");
  process.stdout.write(`${text}\n`);
  return 0;
});
