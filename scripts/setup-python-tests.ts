/** npm run setup:python-tests: makes the environments of test/python/, which only the tests need. */
import { arch, platform } from "node:process";
import { runScript } from "../src/command/cli.ts";
import { projectFolder } from "../src/trainer/house.ts";
import { setupPythonTests } from "../src/trainer/python-tests.ts";

await runScript(async () => {
  await setupPythonTests(projectFolder, `${platform}-${arch}`, (line) =>
    process.stderr.write(`${line}\n`),
  );
  return 0;
});
