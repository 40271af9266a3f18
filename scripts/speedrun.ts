/** npm run stage:speedrun: a benchmark's rows as prompt and response with a label. */
import { resolve } from "node:path";
import { runScript, wholeNumber } from "../src/command/cli.ts";
import {
  datasetCommand,
  outputFolder,
  type DatasetScriptFlags,
} from "../src/command/dataset-cli.ts";
import type { SpeedrunOptions } from "../src/stages/speedrun.ts";
import { typedSource } from "../src/io/typed-path.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = datasetCommand({
  name: "stage:speedrun",
  about:
    "Reads rows of the SWE-bench family and writes dataset/speedrun/ (dev.jsonl, 90 % of the rows by whole groups; with --emit-test also test.jsonl, the others): the issue as prompt, change_summary, else patch, else test_patch as response, with a label SUCCESS, FAILURE or UNKNOWN. Keeps 500 rows unless --limit says otherwise. Asks no model.",
  example:
    "npm run stage:speedrun -- --dataset 'swebench/*.jsonl' --emit-test --min-patch-chars 20",
  flags: ["limit", "force", "json"],
})
  .option("--dataset <names...>", "path, glob, folder or owner/name (SWE-bench/SWE-bench)")
  .option("--min-patch-chars <n>", "leave out shorter patches and test patches", wholeNumber, 0)
  .option("--include-empty", "keep rows without a response, labelled FAILURE", false)
  .option("--label-runs", "rows that say nothing and hold a run: label by docs/labels.md", false)
  .option("--label <labels...>", "keep rows with these labels: SUCCESS, FAILURE, UNKNOWN")
  .option("--dev-split <f>", "share of dev; the rest is test", "0.9")
  .option("--emit-test", "write test.jsonl; without it the rows of test are in no file", false)
  .option("--skipped-report <path>", "write the skipped rows here too, relative to the workspace")
  .option("--force-skipped-report", "write that report even when empty, and over an old one", false)
  .option("--no-mask", "mask no secrets: for a source that is known to hold none");

type Flags = DatasetScriptFlags & SpeedrunOptions;

await runScript(() =>
  runStage<Flags>(command, async () => {
    const { speedrun } = await import("../src/stages/speedrun.ts");
    return (config, deps, flags) =>
      speedrun(config, deps, {
        ...flags,
        output: outputFolder(flags.root, flags.output, "speedrun"),
        ...(flags.dataset
          ? { dataset: flags.dataset.map((name) => typedSource(name, flags.root)) }
          : {}),
        ...(flags.skippedReport ? { skippedReport: resolve(flags.root, flags.skippedReport) } : {}),
      });
  }),
);
