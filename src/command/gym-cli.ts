/** The words and flags of `npm run gym`, and which stage each word is. */
import { InvalidArgumentError } from "commander";
import { parseFlags, stageCommand, wholeNumber, type CommonFlags } from "./cli.ts";
import { UserError } from "../errors.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import { makeFolderNow } from "../io/make-folder.ts";

const command = stageCommand({
  name: "gym",
  about:
    "build: fetches pinned packages of PyPI and npm into .cache/gym, puts one fault at a time into their code and keeps those that their tests see, as tasks with an issue and lists of tests, proven by several runs in a sandbox. play: runs of all tasks by a policy, as trajectories. script: what a scripted king, challenger and panel say of the turns in prompt/, as recordings for the provider offline. export, import: tasks in Harbor's form.",
  example: "npm run gym -- build --tasks 10",
})
  .argument("<what>", "build, play, script, export or import")
  .option("--tasks <n>", "build: tasks wanted in all", wholeNumber, 10)
  .option("--packages <names>", "build: only these packages, with commas between", list)
  .option("--policy <name>", "play: scripted:SKILL, or king for its model")
  .option("--runs <n>", "play: runs of each task", wholeNumber, 1)
  .option("--out <folder>", "play: folder of the workspace for the trajectories", "runs")
  .option("--king <skill>", "script: the king's skill", share, 0.3)
  .option("--challenger <skill>", "script: the challenger's skill", share, 0.7)
  .option("--accuracy <shares>", "script: of each judge, with commas between", shares, [0.8])
  .option("--folder <dir>", "export: of the workspace; import: any", "harbor")
  .option("--python <program>", "a Python 3.11 or newer with pip");

type Flags = CommonFlags & {
  tasks: number;
  packages?: string[];
  policy?: string;
  runs: number;
  out: string;
  king: number;
  challenger: number;
  accuracy: number[];
  folder: string;
  python?: string;
};

/** Does what the first word says; gives the exit code. @throws UserError for a word that it does not know. */
export async function runGym(argv: readonly string[]): Promise<number> {
  const flags = parseFlags<Flags>(command, argv, ([what = ""]) => BEGIN.includes(what));
  const [{ runInWorkspace }, { findPython }] = await Promise.all([
    import("./wiring.ts"),
    import("../trainer/python.ts"),
  ]);
  const { build, play, script, exportTasks, importTasks } = await import("../stages/gym.ts");
  const { program } = await findPython({ oldest: 11, newest: 14 }, flags.python);
  const options = { ...flags, python: program };
  const [what = ""] = flags.args;
  if (BEGIN.includes(what)) onDiskNow(flags.root, "write", () => makeFolderNow(flags.root));
  switch (what) {
    case "build":
      return runInWorkspace("gym", options, build);
    case "play":
      return runInWorkspace("gym", options, play);
    case "script":
      return runInWorkspace("gym", options, script);
    case "export":
      return runInWorkspace("gym", options, exportTasks);
    case "import":
      return runInWorkspace("gym", options, importTasks);
    default:
      throw new UserError(
        `gym: there is no "${what}"`,
        "it is one of build, play, script, export, import; `npm run gym -- --help` says what each does",
      );
  }
}

/** Words that a workspace may begin with: its folder is made. */
const BEGIN: readonly string[] = ["build", "import"];

// ---------------------------------------------------------------------------------------------

function list(value: string): string[] {
  return value.split(",").map((name) => name.trim());
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError("expected a number from 0 to 1.");
}

function shares(value: string): number[] {
  return list(value).map(share);
}
