/** npm run tables: answers, scores and verdicts as Parquet. */
import { parseFlags, runScript, stageCommand } from "../src/command/cli.ts";

const command = stageCommand({
  name: "tables",
  about:
    "Reads answer/ and score/ and writes report/tables/answers.parquet, scores.parquet and verdicts.parquet, for DuckDB and whatever else reads Parquet. Hidden words, rejected tries and evidence are in none of them; secrets are masked. Asks no model.",
  example: "npm run tables -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { tables } = await import("../src/stages/tables.ts");
  const { unreadNotes } = await import("../src/core/report/unread.ts");
  const { made, unread } = await tables(loadConfig(flags.root), openStore(flags.root));
  const out = flags.json ? process.stderr : process.stdout;
  for (const { path, rows } of made) out.write(`${path}: ${rows} rows\n`);
  for (const note of unreadNotes(unread)) process.stderr.write(`${note}\n`);
  if (flags.json) process.stdout.write(`${JSON.stringify(made)}\n`);
  return 0;
});
