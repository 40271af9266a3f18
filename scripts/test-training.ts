/** npm run test:training: ruff, mypy and pytest on training/. Flags after -- go to pytest. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { checkTraining } from "../src/trainer/checks.ts";
import { projectFolder } from "../src/trainer/house.ts";

const command = new Command("test:training")
  .description("Runs ruff, mypy and pytest on training/. What stands behind -- goes to pytest.")
  .argument("[words...]", "for pytest")
  .allowUnknownOption();

await runScript(() =>
  checkTraining(projectFolder, parseOwnFlags(command, process.argv.slice(2)).args),
);
