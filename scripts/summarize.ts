/** npm run summarize: what is in a training set, as text and as a drawing. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "summarize",
  about:
    "Reads JSON Lines sets of any format that the builders write and prints rows, lengths and labels; with --svg draws them. Writes nothing else.",
  example: "npm run summarize -- dataset/speedrun/dev.jsonl",
  flags: [],
})
  .argument("<files...>", "JSON Lines, .gz too")
  .option("--svg <path>", "draw it there (one file only)")
  .option("--skip-bad", "leave out lines that are not JSON and say how many", false);

type Flags = CommonFlags & { readonly skipBad: boolean; readonly svg?: string };

await runScript(async () => {
  const { args, skipBad, svg } = parseFlags<Flags>(command, process.argv.slice(2));
  const { summarize } = await import("../src/stages/summarize.ts");
  for (const file of args) {
    const lines = await summarize(file, { skipBad, ...(args.length === 1 && svg ? { svg } : {}) });
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return 0;
});
