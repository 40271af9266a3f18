/** A model by name, or with its provider. */
import { z } from "zod";
import { name, positive, temperature } from "./ranges.ts";

export const modelRef = z.union([
  name,
  z.strictObject({ model: name, provider: name.optional(), thinking: z.boolean().optional() }),
]);

/** A judge: its own limits win over those of [judge]. */
export const judgeRef = z.union([
  name,
  z.strictObject({
    model: name,
    provider: name.optional(),
    thinking: z.boolean().optional(),
    temperature: temperature.optional(),
    max_tokens: positive.optional(),
  }),
]);
