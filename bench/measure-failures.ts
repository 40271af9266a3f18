/** npm run measure:failures: the readers of test logs against labelled logs, tables by set, family and runner. */
import { writeFileSync } from "node:fs";
import { parseFlags, runScript, stageCommand } from "../src/command/cli.ts";
import type { CommonFlags } from "../src/command/cli.ts";
import { failureTables, judgeLog } from "../src/core/failure/measure.ts";
import { labelledSets } from "../src/stages/classify.ts";

const LABELLED = "test/fixtures/failures";

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
  .option("--write", "write the tables to docs/tables/failures.md", false);

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { show: boolean; write: boolean }>(
    command,
    process.argv.slice(2),
  );
  const sets = await labelledSets(flags.args.length > 0 ? flags.args : [LABELLED]);
  const text = `${["# Test logs read", "", ...failureTables(sets)].join("\n")}\n`;
  if (flags.write) writeFileSync("docs/tables/failures.md", text);
  else process.stdout.write(text);
  if (!flags.show) return 0;
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
