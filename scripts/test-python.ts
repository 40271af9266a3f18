/** npm run test:python: ruff and pytest on test/python/. Flags after -- go to pytest. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { checkPythonTests } from "../src/trainer/checks.ts";
import { projectFolder } from "../src/trainer/house.ts";

const command = new Command("test:python")
  .description("Runs ruff and pytest on test/python/. What stands behind -- goes to pytest.")
  .argument("[words...]", "for pytest")
  .allowUnknownOption();

await runScript(() =>
  checkPythonTests(projectFolder, parseOwnFlags(command, process.argv.slice(2)).args),
);
