/** npm run init -- DIR: a workspace from a few answers. */
import { Command } from "commander";
import {
  addExample,
  inWorkspace,
  newFolder,
  parseOwnFlags,
  runScript,
  typed,
  wholeNumber,
} from "../src/command/cli.ts";
import { ownTerminal } from "../src/command/confirm.ts";
import { expandHome } from "../src/io/home-path.ts";
import type { InitFlags } from "../src/stages/init.ts";

const command = new Command("init")
  .description(
    "Asks what your runs are, looks at them and says what it found; asks who answers and lists the models of a server that can be reached; asks for a budget. Writes chain.toml and .env.example into DIR. Flags answer questions beforehand. Sends no prompt.",
  )
  .argument("<dir>", "the workspace; it is made where it is not there")
  .option("--runs <source>", "a folder of session logs, files, a glob, or owner/name of the Hub")
  .option("--prs <source>", "pull-request records of these runs; none: what the runs did later")
  .option("--count <n>", "turns to draw", wholeNumber)
  .option("--provider <who>", "a provider's name, or the address of your own server")
  .option("--key-env <name>", "variable that holds the key of your own server")
  .option("--model <name>", "who answers, blind and informed")
  .option("--judges <names>", "who judges, with commas")
  .option("--max-usd <usd>", "budget over all runs; --max-tokens likewise")
  .option("--max-tokens <n>", "budget in tokens")
  .option("--force", "write an existing chain.toml anew", false);
addExample(command, "npm run init -- my-run --runs ~/.claude/projects");

await runScript(async () => {
  const flags = parseOwnFlags<InitFlags>(command, process.argv.slice(2));
  const dir = flags.args[0] ?? ".";
  const asTyped = process.argv.slice(2).find((word) => expandHome(word) === dir) ?? dir;
  const { openStore } = await import("../src/io/store.ts");
  const { init, initLines } = await import("../src/stages/init.ts");
  const choices = await init(flags, {
    store: openStore(newFolder("init", dir)),
    ask: ownTerminal.isTTY ? (question) => ownTerminal.ask(question) : null,
    say: (line) => void process.stderr.write(`${line}\n`),
    now: () => new Date(),
  });
  inWorkspace(asTyped);
  for (const line of initLines(choices, asTyped)) process.stdout.write(`${typed(line)}\n`);
  return 0;
});
