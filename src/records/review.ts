/** review/<answer file>: a person's verdict. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

/** A person's verdict: review/<answer file>. Overrules the panel in report and exports. */
export const reviewSchema = z.looseObject({
  schema: schemaField,
  file: z.string(),
  /** 1 king, 2 challenger, 0 draw; null: none given. */
  verdict: z.union([z.literal(0), z.literal(1), z.literal(2)]).nullable(),
  bucket: z.enum(["final", "refined", "defeat"]).nullable(),
  note: z.string(),
  time: z.string(),
  /** The panel's pair_hash of what the person saw; an edited answer outdates the review. */
  pair_hash: z.string(),
});
export type Review = Readonly<z.infer<typeof reviewSchema>>;
