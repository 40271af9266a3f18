/** npm run test:python: ruff and pytest on test/python/. Flags after -- go to pytest. */
import { runScript } from "../src/command/cli.ts";
import { checkPythonTests } from "../src/trainer/checks.ts";
import { projectFolder } from "../src/trainer/house.ts";

await runScript(() => checkPythonTests(projectFolder, process.argv.slice(2)));
