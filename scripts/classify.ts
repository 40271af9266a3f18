/** npm run classify: turns in, the same turns with their action type out. */
import { once } from "node:events";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "classify",
  about:
    "Reads a JSON Lines file of turns (prev_role, prev, content, tool_calls; other keys are kept) and writes the rows with action_type added as JSON Lines on stdout, in order.",
  example: "npm run --silent classify -- turns.jsonl > typed.jsonl",
})
  .argument("<file>", "JSON Lines, .gz too")
  .option("--skip-bad", "leave out lines that are not JSON and say how many", false);

// `npm run classify -- f | head` closes the pipe early: that is no fault.
process.stdout.on("error", (error) =>
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
);

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { skipBad: boolean }>(command, process.argv.slice(2));
  const { classifiedRows } = await import("../src/stages/classify.ts");
  let bad = 0;
  const onBad = flags.skipBad ? (): void => void bad++ : undefined;
  for await (const row of classifiedRows(flags.args[0] ?? "", onBad)) {
    if (!process.stdout.write(`${JSON.stringify(row)}\n`)) await once(process.stdout, "drain");
  }
  if (bad > 0) process.stderr.write(`${bad} lines are not JSON and were left out\n`);
  return 0;
});
