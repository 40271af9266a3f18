/** artifacts/checkpoints/<name>/run.json: what the trainer is told. The only thing that Python reads. */
import { z } from "zod";

export const METHODS = ["sft", "dpo", "kto", "sdft"] as const;
export type Method = (typeof METHODS)[number];

export const DEVICES = ["auto", "cpu"] as const;

/** What is left out of the set's rows; the config's section `dataset`. */
export const trainDatasetSettings = z.strictObject({
  /** Share of the train file that is trained on where the set has no validation file; null: all. */
  dev_split: z.number().gt(0).max(1).nullable(),
  /** Answers with fewer characters are left out; 0: none. */
  min_patch_chars: z.int().min(0),
  /** Whether rows with an empty answer are trained on. */
  include_empty: z.boolean(),
  /** The first so many rows, after all else was left out; null: all. */
  max_examples: z.int().min(1).nullable(),
  /** Longer rows are left out; null: rows over the model's own limit are refused. */
  max_tokens: z.int().min(1).nullable(),
});
export type TrainDatasetSettings = Readonly<z.infer<typeof trainDatasetSettings>>;

export const trainRunSchema = z.strictObject({
  schema: z.int().min(1),
  name: z.string(),
  method: z.enum(METHODS),
  /** An id of the Hub, or an absolute folder. */
  model: z.string(),
  dataset: trainDatasetSettings.extend({
    /** As it is shown: relative to the workspace where it lies in it. */
    path: z.string(),
    /** sha256 over the files below, hex. */
    hash: z.string(),
    /** Absolute paths. */
    train: z.array(z.string()),
    validation: z.array(z.string()),
  }),
  /** Keyword arguments of peft's LoraConfig; null: all weights are trained. */
  lora: z.record(z.string(), z.unknown()).nullable(),
  /** Keyword arguments of TRL's config of the method. */
  training: z.record(z.string(), z.unknown()),
  seed: z.int().min(0),
  device: z.enum(DEVICES),
  /** Over all that the losses depend on: a checkpoint of another run is not gone on with. */
  run_hash: z.string(),
  /** Absolute folder of the run. */
  output: z.string(),
});
export type TrainRun = Readonly<z.infer<typeof trainRunSchema>>;
