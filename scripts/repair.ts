/** npm run stage:repair: repair logs become training pairs in dataset/repair/. */
import { runScript, wholeNumber } from "../src/command/cli.ts";
import {
  datasetCommand,
  runDatasetStage,
  type DatasetScriptFlags,
} from "../src/command/dataset-cli.ts";
import { typedSource } from "../src/io/typed-path.ts";
import { beginRepair, repairInput, type RepairBegun } from "../src/builders/repair-begin.ts";

const command = datasetCommand({
  name: "stage:repair",
  about:
    "Reads repair logs (JSON Lines, an attempt a line), keeps the attempts that can be learned from, and writes positive, reflection and labelled failed pairs to dataset/repair/. Asks no model.",
  example: "npm run stage:repair -- --input 'logs/*.jsonl' --format chatml",
  flags: ["force", "json"],
})
  .option("--input <paths...>", "log files, globs in quotes, or folders (results/trajectories)")
  .option("--max-patch-chars <n>", "longer patches are left out", wholeNumber)
  .option("--min-problem-words <n>", "shorter problems are left out", wholeNumber)
  .option("--label <labels...>", "read attempts with these labels alone: SUCCESS, FAILURE")
  .option("--no-mask", "mask no secrets: for a source that is known to hold none");

type Flags = DatasetScriptFlags & {
  readonly input?: readonly string[];
  readonly maxPatchChars?: number;
  readonly minProblemWords?: number;
  readonly label?: readonly string[];
};

await runScript(() =>
  runDatasetStage<Flags, RepairBegun>(command, {
    begin: async ({ root, input }) =>
      beginRepair(
        root,
        await repairInput(
          root,
          input?.map((name) => typedSource(name, root)),
        ),
      ),
    load: async () => {
      const { repair } = await import("../src/stages/repair.ts");
      return (config, deps, flags, begun) =>
        repair(config, deps, { ...flags, input: begun.input }, begun);
    },
  }),
);
