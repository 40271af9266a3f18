/** npm run test:training: ruff, mypy and pytest on training/. Flags after -- go to pytest. */
import { runScript } from "../src/command/cli.ts";
import { checkTraining } from "../src/trainer/checks.ts";
import { projectFolder } from "../src/trainer/house.ts";

await runScript(() => checkTraining(projectFolder, process.argv.slice(2)));
