/** training/configs/*.json and what --config names: settings of a run, laid over the method's own file. */
import { z } from "zod";
import { METHODS, trainDatasetSettings } from "./train-run.ts";

export const trainConfigSchema = z.strictObject({
  /** Read by people alone. */
  about: z.string().optional(),
  method: z.enum(METHODS).optional(),
  model: z.string().min(1).optional(),
  seed: z.int().min(0).optional(),
  dataset: trainDatasetSettings.partial().optional(),
  /** Keyword arguments of peft's LoraConfig; null: all weights are trained. */
  lora: z.record(z.string(), z.unknown()).nullable().optional(),
  /** Keyword arguments of TRL's config of the method. */
  training: z.record(z.string(), z.unknown()).optional(),
});
export type TrainConfig = Readonly<z.infer<typeof trainConfigSchema>>;
