/** final/ refined/ defeat/<answer file>: what may be published of a turn. */
import { z } from "zod";
import { messageSchema } from "./message.ts";
import { originSchema, runFields } from "./prompt.ts";
import { runInfoSchema } from "./run-info.ts";
import { schemaField } from "./schema.ts";
import { metricValues } from "./score.ts";

export const BUCKETS = ["final", "refined", "defeat"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** final/ refined/ defeat/<answer file>: what may be published. Built field by field, never copied whole. */
export const exportedSchema = z.looseObject({
  schema: schemaField,
  instance_id: z.string(),
  king: z.string(),
  challenger: z.string(),
  assistant: z.string(),
  messages: z.array(messageSchema),
  king_message: messageSchema.optional(),
  challenger_message: messageSchema.optional(),
  assistant_message: messageSchema.optional(),
  ...runFields,
  repo: z.string().optional(),
  turn: z.int().optional(),
  origin: originSchema.optional(),
  king_run: runInfoSchema.optional(),
  challenger_run: runInfoSchema.optional(),
  score: z.number(),
  metrics: metricValues,
  /** Why this bucket: "score 85 >= 80", "leak", "malformed: two_blocks" ... */
  reason: z.string(),
  /** Of a refined answer alone: the file of the first answer to the same turn. */
  refined_from: z.string().optional(),
  /** Verdict and kinds alone. */
  audit: z.object({ verdict: z.string(), kinds: z.array(z.string()) }).optional(),
});
export type Exported = Readonly<z.infer<typeof exportedSchema>>;
