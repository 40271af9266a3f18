/** npm run measure:failures: the readers of test logs against labelled logs, tables by set, family and runner. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { MADE_TABLES, writeTable } from "../src/command/made-table.ts";
import { failureTables, judgeLog } from "../src/core/failure/measure.ts";
import { UserError } from "../src/errors.ts";
import { labelledSets } from "../src/stages/classify.ts";

const command = stageCommand({
  name: "measure:failures",
  about:
    "Reads labelled test logs (rows as `npm run classify -- --failures` takes them, with category and context) and prints how often both are right, by set, family and runner.",
  example: "npm run measure:failures -- my-logs.jsonl",
})
  .argument(
    "[files...]",
    "JSON Lines, or folders of them; the labelled fixtures when none is named",
  )
  .option("--show", "print the logs that were read wrong", false)
  .option("--write", "write docs/tables/failures.md", false);

await runScript(async () => {
  const { args, show, write } = parseFlags<CommonFlags & { show: boolean; write: boolean }>(
    command,
    process.argv.slice(2),
  );
  if (write && args.length > 0) {
    throw new UserError(
      "measure:failures: --write is for the labelled fixtures alone",
      "leave the files out, or leave --write out",
    );
  }
  const sets = await labelledSets(args.length > 0 ? args : MADE_TABLES.failures.data);
  const text = failureTables(sets).join("\n");
  process.stdout.write(`${text}\n`);
  if (write) await writeTable("failures", text);
  if (!show) return 0;
  for (const { logs } of sets) {
    for (const { log, category, context, isCategory, isContext } of logs.map(judgeLog)) {
      if (isCategory && isContext) continue;
      process.stdout.write(
        `\n${log.id}: ${category} (${log.category})\n${context}\n(${log.context})\n`,
      );
    }
  }
  return 0;
});
