/** npm run status: what is done, pending and dropped per stage, the cost so far, what to run next. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  parseFlags,
  runScript,
  stageCommand,
  typed,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "status",
  about:
    "Reads a workspace and says per stage what is done, pending and dropped, what it has cost, and what to run next. Changes nothing but, of many turns, what is known of the files (.facts.jsonl); may be used while a stage runs.",
  example: "npm run status -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { openStore } = await import("../src/io/store.ts");
  const { faultsOf, readableConfig, statusAndTarget, statusLines } =
    await import("../src/stages/status.ts");
  const config = await readableConfig(flags.root);
  const { state, said } = await statusAndTarget(openStore(flags.root), config);
  const hasSettings = existsSync(join(flags.root, "chain.toml"));
  const wrong = [...(hasSettings ? await faultsOf(flags.root, config) : []), ...said];
  const lines = statusLines(state, wrong);
  const text = flags.json
    ? JSON.stringify({ ...state, next: state.next === null ? null : typed(state.next), wrong })
    : typed(lines.join("\n"));
  process.stdout.write(`${text}\n`);
  return 0;
});
