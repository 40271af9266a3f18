/** npm run stage:actions: next-action sets from agents' runs and this workspace's own turns. */
import { runScript, wholeNumber } from "../src/command/cli.ts";
import {
  datasetCommand,
  outputFolder,
  type DatasetScriptFlags,
} from "../src/command/dataset-cli.ts";
import type { ActionsOptions } from "../src/stages/actions.ts";
import { typedSource } from "../src/io/typed-path.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = datasetCommand({
  name: "stage:actions",
  about:
    "Reads agents' runs (SWE-smith, toolbench or alike) and this workspace's prompts and won duels, types every turn, and writes three sets below dataset/: speculative-actions-proposer-sft, -verifier-pref and -eval. --output names the folder they go into. Asks no model.",
  example: "npm run stage:actions -- --swe 'runs/*.jsonl' --max-swe 500",
  flags: ["limit", "force", "json"],
})
  .option(
    "--swe <names...>",
    "runs: path, glob, folder or owner/name; none: leave out ([actions].swe)",
  )
  .option("--toolbench <names...>", "toolbench rows, likewise; naming one leaves the other out")
  .option("--max-swe <n>", "runs read and turns taken at most ([actions].max_swe)", wholeNumber)
  .option("--max-toolbench <n>", "the same for toolbench ([actions].max_toolbench)", wholeNumber)
  .option("--label <labels...>", "take runs with these labels alone (docs/labels.md): SUCCESS, ...")
  .option("--no-own", "leave this workspace's own turns out")
  .option("--no-mask", "mask no secrets: for a source that is known to hold none");

type Flags = DatasetScriptFlags & ActionsOptions;

/** What is named on the command line is looked for where the person stands. */
function sourcesFrom({ root, swe, toolbench }: Flags): Pick<ActionsOptions, "swe" | "toolbench"> {
  const there = (names: readonly string[]): string[] =>
    names.map((name) => typedSource(name, root));
  return {
    ...(swe === undefined ? {} : { swe: there(swe) }),
    ...(toolbench === undefined ? {} : { toolbench: there(toolbench) }),
  };
}

await runScript(() =>
  runStage<Flags>(command, async () => {
    const { actions } = await import("../src/stages/actions.ts");
    return (config, deps, flags) =>
      actions(config, deps, {
        ...flags,
        ...sourcesFrom(flags),
        output: outputFolder(flags.root, flags.output, "."),
      });
  }),
);
