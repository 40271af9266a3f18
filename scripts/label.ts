/** npm run label: runs in, how each one ended out. */
import { once } from "node:events";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "label",
  about:
    "Reads runs of any source that stage:prompt reads and writes {id, label, reasons} as JSON Lines on stdout: SUCCESS, FAILURE or UNKNOWN by the verdict of the source, else by rules over what the run did and how it ended. Counts stand on stderr. Asks no model.",
  example: "npm run --silent label -- 'runs/*.jsonl' > labels.jsonl",
  flags: [],
})
  .argument("<names...>", "path, glob, folder or owner/name")
  .option("--skip-bad", "count lines that are not JSON and go on", false);

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { skipBad: boolean }>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { typedSource } = await import("../src/io/typed-path.ts");
  const { countLines, emptyCounts, labelledRuns } = await import("../src/stages/label.ts");
  const counts = emptyCounts();
  const options = {
    names: flags.args.map((name) => typedSource(name, flags.root)),
    skipBad: flags.skipBad,
  };
  for await (const { id, label, reasons } of labelledRuns(
    loadConfig(flags.root),
    options,
    counts,
  )) {
    if (!process.stdout.write(`${JSON.stringify({ id, label, reasons })}\n`))
      await once(process.stdout, "drain");
  }
  process.stderr.write(`${countLines(counts).join("\n")}\n`);
  return 0;
});
