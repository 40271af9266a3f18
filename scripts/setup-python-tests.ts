/** npm run setup:python-tests: makes the environments of test/python/, which only the tests need. */
import { Command } from "commander";
import { arch, platform } from "node:process";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { projectFolder } from "../src/trainer/house.ts";
import { setupPythonTests } from "../src/trainer/python-tests.ts";

const command = new Command("setup:python-tests").description(
  "Makes the environments of test/python/, which only its tests need, on top of training/.venv.",
);

await runScript(async () => {
  parseOwnFlags(command, process.argv.slice(2));
  await setupPythonTests(projectFolder, `${platform}-${arch}`, (line) =>
    process.stderr.write(`${line}\n`),
  );
  return 0;
});
