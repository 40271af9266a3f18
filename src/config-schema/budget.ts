/** [budget]: over all runs of a workspace. */
import { z } from "zod";
import { positive } from "./ranges.ts";

export const budgetSection = z
  .strictObject({
    max_usd: z.number().min(0).optional(),
    max_tokens: positive.optional(),
    /** A stage whose upper bound is over it asks on a terminal first. */
    ask_over_usd: z.number().min(0).default(5),
  })
  .prefault({});
