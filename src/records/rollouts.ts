/** commit/rollouts/<instance_id>.json: what other blind runs of an instance said and did, and how early. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const ROLLOUTS_FOLDER = "commit/rollouts";

export const rolloutsSchema = z.object({
  schema: schemaField,
  instance_id: z.string().min(1),
  /** Runs that were read. */
  rollouts: z.int().nonnegative(),
  /** What the audit would find in them, each once, with the earliest 0-based turn. */
  said: z.array(z.object({ text: z.string(), turn: z.int().nonnegative() })),
  /** A run each: its first narrow view of changed lines, and first edit of a changed file; null: never. */
  views: z.array(z.int().nonnegative().nullable()),
  edits: z.array(z.int().nonnegative().nullable()),
  /** Turns of each run that were read; older records have none. */
  turns: z.array(z.int().nonnegative()).optional(),
});
export type Rollouts = Readonly<z.infer<typeof rolloutsSchema>>;
