/** artifacts/checkpoints/<name>/train.json: what a run came to. Written last: with it the folder is whole. */
import { z } from "zod";
import { METHODS, trainDatasetSettings } from "./train-run.ts";

export const trainSchema = z.looseObject({
  schema: z.int().min(1),
  name: z.string(),
  dataset: z.string(),
  dataset_hash: z.string(),
  run_hash: z.string(),
  method: z.enum(METHODS),
  model: z.string(),
  config: z.looseObject({
    dataset: trainDatasetSettings,
    lora: z.record(z.string(), z.unknown()).nullable(),
    training: z.record(z.string(), z.unknown()),
  }),
  seed: z.int(),
  /** Package -> version. */
  versions: z.record(z.string(), z.string()),
  device: z.string(),
  processes: z.int(),
  /** One entry a logged step: `step`, `epoch`, `loss`, `learning_rate` and what the method measures. */
  curve: z.array(z.record(z.string(), z.number().nullable())),
  steps: z.int(),
  epochs: z.number(),
  /** Of all parts of the run together, loading included. */
  hours: z.number(),
  /** MB of 1e6 bytes: of the first GPU, else of the process. */
  peak_memory_mb: z.number(),
  /** Rows of the set's train file. rows_given = rows_trained + all of rows_left_out. */
  rows_given: z.int(),
  rows_left_out: z.record(z.string(), z.int()),
  /** What is left after the trainer's own preparation. */
  rows_trained: z.int(),
  /** Tokens that went through the model, padding left out; null where the trainer does not count (sdft). */
  tokens_trained: z.int().nullable(),
  /** Names of the checkpoint's files, relative. */
  files: z.array(z.string()),
});
export type Train = Readonly<z.infer<typeof trainSchema>>;
