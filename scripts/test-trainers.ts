/** npm run test:trainers: readers of trainers on sets of ours, each in an environment of its own. */
import { Command } from "commander";
import { arch, platform } from "node:process";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { projectFolder } from "../src/trainer/house.ts";

const command = new Command("test:trainers")
  .description(
    "Makes the environments of test/trainers/ (LLaMA-Factory, axolotl, verl, verifiers: some 8 GB), and runs their readers on sets of every form: rows in = rows out, the loss on judged words alone. What stands behind -- goes to pytest. Outside CI.",
  )
  .argument("[words...]", "for pytest")
  .allowUnknownOption();

await runScript(async () => {
  const { args } = parseOwnFlags(command, process.argv.slice(2));
  const { setupTrainers } = await import("../src/trainer/python-tests.ts");
  const { checkTrainers } = await import("../src/trainer/checks.ts");
  await setupTrainers(projectFolder, `${platform}-${arch}`, (line) =>
    process.stderr.write(`${line}\n`),
  );
  return checkTrainers(projectFolder, args);
});
