/** npm run convert -- INPUT --to openai|atif|sharegpt: the runs of any source, one a line. */
import { Option } from "commander";
import { once } from "node:events";
import { resolve } from "node:path";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { TARGETS, type Target } from "../src/core/formats/targets.ts";

const command = stageCommand({
  name: "convert",
  about:
    "Reads any source (a session log of an agent, a folder of them, an evaluation's log, rows of a data set, a data set of the Hub) and writes its runs, one a line, on stdout or into a file. Secrets are masked; all else is as it was. A message that nobody may learn from has weight 0. What is left out is counted on stderr.",
  example: "npm run --silent convert -- ~/.claude/projects --to openai --output runs.jsonl",
  flags: ["json"],
})
  .argument("<input>", "a path, a glob, a folder or a Hub data set")
  .addOption(new Option("--to <form>", "what to write").choices(TARGETS).makeOptionMandatory())
  .option("--output <file>", "a file instead of stdout; whole or not there at all")
  .option("--skip-bad", "count lines that are not JSON and go on", false);

type Flags = CommonFlags & {
  readonly to: Target;
  readonly output?: string;
  readonly skipBad: boolean;
};

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { visibleText } = await import("../src/core/text/visible.ts");
  const { openWholeLines } = await import("../src/io/whole-lines.ts");
  const { typedSource } = await import("../src/io/typed-path.ts");
  const { convert, convertLines } = await import("../src/stages/convert.ts");
  const file = flags.output === undefined ? null : openWholeLines(resolve(flags.output));
  const toStdout = async (line: string): Promise<void> => {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
  };
  try {
    const summary = await convert(loadConfig(flags.root), {
      input: typedSource(flags.args[0] ?? "", flags.root),
      to: flags.to,
      skipBad: flags.skipBad,
      write: file === null ? toStdout : (line) => file.line(line),
    });
    file?.keep();
    const words = file === null || flags.json ? process.stderr : process.stdout;
    for (const line of convertLines(summary)) words.write(`${visibleText(line)}\n`);
    const data = file === null ? process.stderr : process.stdout;
    if (flags.json) data.write(`${JSON.stringify(summary)}\n`);
    return 0;
  } catch (error) {
    file?.discard();
    throw error;
  }
});
