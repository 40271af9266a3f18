/** report/run.json: the last summary of each stage. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

/** What every summary of a stage says. */
export const summaryFields = {
  stage: z.string(),
  read: z.number(),
  kept: z.number(),
  dropped: z.record(z.string(), z.number()),
  pending: z.number(),
  asked: z.number(),
  notes: z.array(z.string()),
};

export const runFileSchema = z.looseObject({
  schema: schemaField,
  stages: z.record(
    z.string(),
    z.looseObject({
      ...summaryFields,
      started: z.string(),
      wall_ms: z.number(),
      config_hash: z.string(),
      /** Kingmaker's version, and the commit of a checkout: "0.1.0 (0123456789ab)". Absent: from before this was kept. */
      build: z.string().optional(),
      /** Of a report: `judged_print` of the duel that it tells of. */
      of_duel: z.string().optional(),
    }),
  ),
});
export type RunFile = Readonly<z.infer<typeof runFileSchema>>;
