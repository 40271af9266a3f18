/** npm run check:python: ruff on all Python of the project, where its environment is there. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { lintPython } from "../src/trainer/checks.ts";
import { projectFolder } from "../src/trainer/house.ts";

const command = new Command("check:python").description(
  "Runs ruff on training/, test/python/, test/trainers/ and engines/, where training/.venv is there.",
);

await runScript(async () => {
  parseOwnFlags(command, process.argv.slice(2));
  const code = await lintPython(projectFolder);
  if (code !== null) return code;
  process.stderr.write(
    "Python is not looked at: training/.venv is made by npm run setup:training\n",
  );
  return 0;
});
