/** [target]: exactly so many turns in final/. */
import { z } from "zod";
import { positive } from "./ranges.ts";

export const targetSection = z
  .strictObject({
    /** Turns wanted in final/; absent: there is no target, and [source].count is drawn. */
    accepted: positive.optional(),
    /** Turns that may be drawn for them at most: the duel's plan, and what files of prompt/ are named by. */
    max_candidates: positive.optional(),
    /** The run is done when the gate has accepted as well; false: buckets alone count. */
    gate: z.boolean().default(true),
  })
  .prefault({});
