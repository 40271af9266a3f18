/** [worth]: who judges what the arms of `worth` answer. */
import { z } from "zod";
import { judgeRef } from "./model-ref.ts";

export const worthSection = z
  .strictObject({
    /** Models outside [judge], since its panel chose what the arms learn; provider: [judge]'s. []: no duel. */
    judges: z.array(judgeRef).default([]),
  })
  .prefault({});
