/** npm run sources -- NAME: what a data set holds, and what drawing from it would cost. */
import {
  parseFlags,
  runScript,
  stageCommand,
  wholeNumber,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "sources",
  about:
    "Shows of any source (a path, a glob, a folder, or a data set of the Hub): files, rows, columns, an example turn, what the filters of chain.toml [source] would drop of a few drawn rows and why, and what each way of reading would cost. Writes nothing but what it reads of a Hub, under .cache/.",
  example: "npm run sources -- AlienKevin/SWE-ZERO-12M-trajectories --rows 20",
  flags: ["concurrency", "json"],
})
  .argument("<name>", "as [source].trajectories takes it")
  .option("--rows <n>", "drawn rows to try the filters on", wholeNumber, 50)
  .option("--skip-bad", "count lines that are not JSON and go on", false);

type Flags = CommonFlags & { readonly rows: number; readonly skipBad: boolean };

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { typedSource } = await import("../src/io/typed-path.ts");
  const { sources } = await import("../src/stages/sources.ts");
  const { facts, lines } = await sources(
    loadConfig(flags.root),
    { store: openStore(flags.root) },
    {
      ...flags,
      name: typedSource(flags.args[0] ?? "", flags.root),
      concurrency: flags.concurrency ?? 32,
      purpose: `look-${process.pid}`,
    },
  );
  const out = flags.json ? process.stderr : process.stdout;
  for (const line of lines) out.write(`${line}\n`);
  if (flags.json) process.stdout.write(`${JSON.stringify(facts)}\n`);
  return 0;
});
