/** npm run setup:training: makes training/.venv, the Python that the trainers run in. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import { agrees } from "../src/command/confirm.ts";
import { projectFolder } from "../src/trainer/house.ts";
import { setupTraining } from "../src/trainer/setup.ts";

const command = new Command("setup:training")
  .description(
    "Makes training/.venv from training/requirements.lock, hashes checked. Says which torch and how many MB before it fetches; what is made already is left alone, what is half-made is made anew.",
  )
  .option("--cuda", "torch as the package index has it (Linux: the CUDA build)", false)
  .option("--python <path>", "this Python instead of the newest that fits on PATH")
  .option("--yes", "take the CUDA build where the CPU build is not to be had", false)
  .addHelpText("after", "\nExample:\n  npm run setup:training -- --python python3.12");

await runScript(async () => {
  const flags = parseOwnFlags<{ cuda: boolean; python?: string; yes: boolean }>(
    command,
    process.argv.slice(2),
  );
  await setupTraining(
    { project: projectFolder, ...flags },
    {
      say: (line) => void process.stderr.write(`${line}\n`),
      agree: async (question) => (await agrees(question)) === true,
    },
  );
  return 0;
});
