/** [bucket]: which score goes where. */
import { z } from "zod";
import { percent } from "./ranges.ts";

export const bucketSection = z
  .strictObject({
    by: z.enum(["score", "decisive", "posterior"]).default("score"),
    final_min: percent.default(80),
    defeat_max: percent.default(66),
  })
  .prefault({});
