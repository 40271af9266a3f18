/** The flags that all training-set builders share, and what they come to. */
import { resolve } from "node:path";
import type { Command } from "commander";
import {
  finish,
  parseFlags,
  stageCommand,
  wholeNumber,
  type CommonFlags,
  type ScriptText,
} from "./cli.ts";
import { loadConfig, type Config } from "./config.ts";
import { FORMATS } from "./core/dataset/formats.ts";
import type { DatasetFlags } from "./core/dataset/settings.ts";
import { configHash } from "./core/turn/hash.ts";
import { lockWorkspace } from "./io/lock.ts";
import { saveRun } from "./io/run-file.ts";
import { openStore } from "./io/store.ts";
import type { Deps } from "./stages/deps.ts";
import type { StageSummary } from "./work.ts";

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
    .option("--val-fraction <f>", "share of validation rows, 0 to 1 ([dataset].val_fraction)")
    .option("--group-by <what>", "repo or instance: what is never split ([dataset].group_by)")
    .option("--seed <n>", "seed of the split ([dataset].seed)")
    .option("--max-tokens <n>", "leave out longer rows ([dataset].max_tokens)", wholeNumber)
    .option("--near-duplicate <f>", "similarity kept on one side, 0: off ([dataset])")
    .option("--tokenizer <file>", "a tokenizer.json: exact token counts")
    .option("--tokenizer-config <file>", "a tokenizer_config.json: chatml by its chat template")
    .option("--price <usd>", "USD per million tokens, for the cost estimate")
    .option("--license <id>", "licence of the card ([dataset].license)")
    .option("--parquet", "Parquet files beside the JSON Lines")
    .option("--skip-bad", "count lines that are not JSON and go on", false);
}

/** Where a set goes: --output, or dataset/<name>. Absolute. */
export function outputFolder(root: string, output: string | undefined, name: string): string {
  return resolve(root, output ?? `dataset/${name}`);
}

/** What a builder needs of the world: it asks no model. */
export type DatasetDeps = Pick<Deps, "store" | "now">;

/**
 * Runs a builder's script: flags, lock, stage, run.json, summary, exit code. Beside `runStage` because
 * loading the model clients takes longer than a small set.
 */
export async function runDatasetStage<Flags extends CommonFlags>(
  command: Command,
  stage: (config: Config, deps: DatasetDeps, options: Flags) => Promise<StageSummary>,
): Promise<number> {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const config = loadConfig(flags.root);
  const unlock = await lockWorkspace(flags.root, command.name().replace(/^stage:/, ""));
  try {
    const store = openStore(flags.root);
    const started = new Date();
    const summary = await stage(config, { store, now: () => new Date() }, flags);
    await saveRun(store, summary, {
      started,
      wallMs: Date.now() - started.getTime(),
      configHash: configHash({ ...config, env: undefined, root: undefined }),
    });
    return finish(summary, flags);
  } finally {
    await unlock();
  }
}
