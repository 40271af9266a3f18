/** npm run gym -- build: tasks that run, from pinned packages. */
import { Option } from "commander";
import {
  parseFlags,
  runScript,
  stageCommand,
  wholeNumber,
  type CommonFlags,
} from "../src/command/cli.ts";
import { UserError } from "../src/errors.ts";

const command = stageCommand({
  name: "gym",
  about:
    "build: fetches pinned packages of PyPI and npm into .cache/gym, puts one fault at a time into their code and keeps those that their tests see, as tasks with an issue and lists of tests, proven by several runs in a sandbox. Asks no model.",
  example: "npm run gym -- build --tasks 10",
})
  .argument("<what>", "build")
  .option("--tasks <n>", "tasks wanted in all", wholeNumber, 10)
  .option("--packages <names>", "only these packages, with commas between")
  .addOption(new Option("--python <program>", "a Python 3.11 or newer with pip"));

type Flags = CommonFlags & { tasks: number; packages?: string; python?: string };

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const [what = ""] = flags.args;
  if (what !== "build") {
    throw new UserError(`gym: there is no "${what}"`, "`npm run gym -- --help` lists what there is");
  }
  const [{ runInWorkspace }, { findPython }, { gym }] = await Promise.all([
    import("../src/command/wiring.ts"),
    import("../src/trainer/python.ts"),
    import("../src/stages/gym.ts"),
  ]);
  const python = await findPython({ oldest: 11, newest: 14 }, flags.python);
  const { packages, ...rest } = flags;
  const options = {
    ...rest,
    python: python.program,
    ...(packages === undefined ? {} : { packages: packages.split(",") }),
  };
  return runInWorkspace("gym", options, gym);
});
