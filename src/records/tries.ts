/** report/tries/king/<answer file>: what the king was asked in vain. */
import { z } from "zod";
import { trySchema } from "./answer.ts";
import { schemaField } from "./schema.ts";

/** report/tries/king/<answer file>: the king's unfinished business, removed when the answer is saved. */
export const triesSchema = z.looseObject({
  schema: schemaField,
  file: z.string(),
  instance_id: z.string(),
  tries: z.array(trySchema),
  /** The recorded drop; null while attempts are left. */
  dropped: z
    .object({
      reason: z.string(),
      detail: z.string(),
      /** Identity of the settings it was dropped under; others ask again. */
      settings: z.string().optional(),
    })
    .nullable(),
});
export type Tries = Readonly<z.infer<typeof triesSchema>>;
