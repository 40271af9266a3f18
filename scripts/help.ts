/** kingmaker help: one page with every command. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { helpLines } from "../src/command/commands.ts";
import { isPackage } from "../src/command/npm-line.ts";

const command = new Command("help").description(
  "Lists every command with a line each. `kingmaker help NAME` is `kingmaker NAME --help`.",
);

await runScript(async () => {
  parseOwnFlags(command, process.argv.slice(2));
  process.stdout.write(`${helpLines(isPackage).join("\n")}\n`);
  return 0;
});
