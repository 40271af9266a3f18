/** report/leak_min.json: the limit that the kings set, frozen at the challenger's first call. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const LEAK_LIMIT_FILE = "report/leak_min.json";

export const leakLimitSchema = z.looseObject({
  schema: schemaField,
  /** What the kings may set, or the default. */
  leak_min: z.number().min(0.75).max(2),
  kings: z.int(),
  reason: z.string().nullable(),
  /** Of the audit whose scores these are. */
  version: z.string(),
});
export type LeakLimit = Readonly<z.infer<typeof leakLimitSchema>>;
