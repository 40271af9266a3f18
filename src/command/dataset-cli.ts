/** The flags that all training-set builders share, and what they come to. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { parseFlags, stageCommand, wholeNumber, type CommonFlags, type ScriptText } from "./cli.ts";
import { FORMATS, TRAINERS } from "../core/dataset/format-names.ts";
import type { DatasetFlags } from "../core/dataset/settings.ts";
import type { Builder } from "./dataset-run.ts";

export type DatasetScriptFlags = CommonFlags &
  DatasetFlags & {
    /** The folder; relative to the workspace. */
    readonly output?: string;
    readonly skipBad: boolean;
  };

/** A stage command with the flags of a builder. */
export function datasetCommand(text: ScriptText): Command {
  return stageCommand(text)
    .option("--output <dir>", "the set's folder, relative to the workspace")
    .option(
      "--format <names...>",
      `formats, also with commas: ${FORMATS.join(", ")} ([dataset].formats)`,
    )
    .option("--for <trainer>", `the forms and settings of a trainer: ${TRAINERS.join(", ")}`)
    .option("--val-fraction <f>", "share of validation rows, 0 to 1 ([dataset].val_fraction)")
    .option("--group-by <what>", "repo or instance: what is never split ([dataset].group_by)")
    .option("--seed <n>", "seed of the split ([dataset].seed)")
    .option("--max-tokens <n>", "leave out longer rows ([dataset].max_tokens)", wholeNumber)
    .option(
      "--history <how>",
      "last:N steps, or fit into --max-tokens; whole steps leave the middle",
    )
    .option("--near-duplicate <f>", "similarity kept on one side, 0: off ([dataset])")
    .option("--tokenizer <file>", "a tokenizer.json: exact token counts")
    .option(
      "--tokenizer-config <file>",
      "a tokenizer_config.json or chat_template.jinja: chatml by it",
    )
    .option("--price <usd>", "USD per million tokens, for the cost estimate")
    .option("--license <id>", "licence of the card ([dataset].license)")
    .option("--parquet", "Parquet files beside the JSON Lines")
    .option("--skip-bad", "count lines that are not JSON and go on", false);
}

/** Where a set goes: --output, or dataset/<name>. Absolute. */
export function outputFolder(root: string, output: string | undefined, name: string): string {
  return resolve(root, output ?? `dataset/${name}`);
}

/** A builder's script, in two steps. */
export type DatasetScript<Flags, Begun> = {
  /** What it can begin before chain.toml is read; loads little. */
  readonly begin: (flags: Flags) => Promise<Begun>;
  /** Loads the stage. */
  readonly load: () => Promise<Builder<Flags, Begun>>;
};

/**
 * Runs a builder's script. Beside `runStage` because loading the model clients takes longer than a
 * small set; what else takes long is loaded behind the flags, while that which was begun goes on.
 */
export async function runDatasetStage<Flags extends CommonFlags, Begun>(
  command: Command,
  { begin, load }: DatasetScript<Flags, Begun>,
): Promise<number> {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const begun = await begin(flags);
  const { runBuilder } = await import("./dataset-run.ts");
  return runBuilder(command.name(), flags, load, begun);
}
