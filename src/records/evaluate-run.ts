/** evaluation/<name>/run.json and what a merge is told: the other two files that Python reads. */
import { z } from "zod";
import { DEVICES } from "./train-run.ts";

export const evaluateRunSchema = z.strictObject({
  schema: z.int().min(1),
  name: z.string(),
  /** An absolute folder (adapter or whole model) or an id of the Hub. */
  checkpoint: z.string(),
  /** null: the adapter's own base; a whole model has none unless it is named. */
  base: z.string().nullable(),
  /** Absolute paths of the split's files. */
  files: z.array(z.string()),
  split: z.string(),
  /** Padded tokens of a batch. */
  batch_tokens: z.int().min(1),
  dtype: z.enum(["float32", "bfloat16"]),
  device: z.enum(DEVICES),
  seed: z.int().min(0),
  /** Answers that are written anew, greedily: so many rows, chosen by the seed. */
  sampling: z.strictObject({ count: z.int().min(0), max_new_tokens: z.int().min(1) }),
  /** Whether an adapter's base is told beside it. */
  base_too: z.boolean(),
  /** Over all that the figures depend on: those of another run are not gone on with. */
  run_hash: z.string(),
  output: z.string(),
});
export type EvaluateRun = Readonly<z.infer<typeof evaluateRunSchema>>;

export const mergeRunSchema = z.strictObject({
  schema: z.int().min(1),
  adapter: z.string(),
  base: z.string().nullable(),
  output: z.string(),
  /** Written into generation_config.json: servers that follow it sample only then. */
  do_sample: z.boolean(),
});
export type MergeRun = Readonly<z.infer<typeof mergeRunSchema>>;

/** Commands of the Python side in their order, run by one process that imports once. */
export const jobsRunSchema = z.strictObject({
  schema: z.int().min(1),
  jobs: z.array(
    z.strictObject({ command: z.enum(["train", "evaluate", "merge"]), run: z.string() }),
  ),
});
export type JobsRun = Readonly<z.infer<typeof jobsRunSchema>>;
