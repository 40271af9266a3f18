/** npm run stage:evaluate: what a checkpoint brought, on held-out rows. */
import { Option } from "commander";
import { runScript, stageCommand, wholeNumber, type CommonFlags } from "../src/command/cli.ts";
import { agrees } from "../src/command/confirm.ts";
import { countNumber } from "../src/command/numbers.ts";
import { runStage } from "../src/command/run-stage.ts";
import type { EvaluateOptions } from "../src/stages/evaluate.ts";

const command = stageCommand({
  name: "stage:evaluate",
  about:
    "Reads a checkpoint and a set, and tells for every answer how likely base and checkpoint hold it, in training/.venv. Writes evaluation/<name>/: rows.jsonl, report.md and report.html with perplexity, the paired difference and its interval by the gate's rule, over all rows and by group. Answers that are written anew are judged for form, next action and leaks. Stopped, it goes on where it was.",
  example: "npm run stage:evaluate -- artifacts/checkpoints/export-sft dataset/export",
  flags: ["force", "yes", "json"],
})
  .argument("<checkpoint>", "a folder, a name in artifacts/checkpoints/, or an id of the Hub")
  .argument("<set>", "the set's folder, relative to the workspace")
  .option("--split <name>", "by default validation, else test, else train")
  .option("--base <id or folder>", "the model to compare with; by default the adapter's own")
  .option("--name <name>", "of the folder in evaluation/")
  .option("--cpu", "on the CPU, and ask nothing", false)
  .option("--batch-tokens <n>", "padded tokens of a batch", wholeNumber, 16_384)
  .addOption(
    new Option("--dtype <name>", "of the weights")
      .choices(["float32", "bfloat16"])
      .default("float32"),
  )
  .option("--answers <n>", "write answers anew to so many rows; 0: none", countNumber, 32)
  .option("--max-new-tokens <n>", "of an answer that is written anew", wholeNumber, 512)
  .option("--seed <n>", "which rows are answered anew", countNumber, 42);

type Flags = CommonFlags &
  Omit<EvaluateOptions, "set" | "checkpoint" | "agree"> & { readonly args: string[] };

await runScript(() =>
  runStage<Flags>(command, async () => {
    const { evaluate } = await import("../src/stages/evaluate.ts");
    return (config, deps, flags) => {
      const [checkpoint = "", set = ""] = flags.args;
      return evaluate(config, deps, { ...flags, checkpoint, set, agree: agrees });
    };
  }),
);
