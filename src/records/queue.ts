/** review/_queue.json: the turns that people are asked about, with the probability of each. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const QUEUE_FILE = "review/_queue.json";

export const queueSchema = z.looseObject({
  schema: schemaField,
  seed: z.int(),
  /** Turns that could be drawn: judged ones. */
  n_turns: z.int(),
  /** In the order in which people are asked. */
  turns: z.array(
    z.object({
      file: z.string(),
      /** What the panel judged; an answer that was edited since is passed over. */
      pair_hash: z.string(),
      /** Lower end of the stratum of scores, 0..100. */
      stratum: z.number(),
      /** Of being drawn, in (0, 1]. */
      probability: z.number(),
    }),
  ),
});
export type Queue = Readonly<z.infer<typeof queueSchema>>;
