/** npm run classify: turns in, the same turns with their action type out; test logs with what went wrong. */
import { once } from "node:events";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "classify",
  about:
    "Reads a JSON Lines file of turns (prev_role, prev, content, tool_calls; other keys are kept) and writes the rows with action_type added as JSON Lines on stdout, in order. With --failures it reads test logs (text, exit_code; other keys are kept) and adds category, context, runner, known and, where told, file, line, tests.",
  example: "npm run --silent classify -- turns.jsonl > typed.jsonl",
  flags: [],
})
  .argument("<file>", "JSON Lines, .gz too")
  .option("--failures", "the rows are test logs: say why each failed", false)
  .option("--skip-bad", "leave out lines that are not JSON and say how many", false);

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { failures: boolean; skipBad: boolean }>(
    command,
    process.argv.slice(2),
  );
  const { classifiedRows, failureRows } = await import("../src/stages/classify.ts");
  const rows = flags.failures ? failureRows : classifiedRows;
  let bad = 0;
  const onBad = flags.skipBad ? (): void => void bad++ : undefined;
  for await (const row of rows(flags.args[0] ?? "", onBad)) {
    if (!process.stdout.write(`${JSON.stringify(row)}\n`)) await once(process.stdout, "drain");
  }
  if (bad > 0)
    process.stderr.write(
      `${bad} lines are ${flags.failures ? "no test logs" : "not JSON"} and were left out\n`,
    );
  return 0;
});
