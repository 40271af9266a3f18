/** kingmaker completion SHELL: what a shell needs to complete commands and their flags. */
import { Argument, Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { completionOf, SHELLS, type Shell } from "../src/command/completion.ts";
import { isPackage } from "../src/command/npm-line.ts";

const command = new Command("completion")
  .description("Prints the completion of commands and flags for a shell, to be sourced by it.")
  .addArgument(new Argument("<shell>", "which one").choices(SHELLS))
  .addHelpText(
    "after",
    '\nExample, in ~/.bashrc (zsh: behind compinit, in ~/.zshrc):\n  eval "$(kingmaker completion bash)"',
  );

await runScript(async () => {
  const { args } = parseOwnFlags(command, process.argv.slice(2));
  process.stdout.write(completionOf(args[0] as Shell, isPackage));
  return 0;
});
