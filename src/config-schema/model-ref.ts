/** A model by name, or with its provider. */
import { z } from "zod";
import { name } from "./ranges.ts";

export const modelRef = z.union([
  name,
  z.strictObject({ model: name, provider: name.optional(), thinking: z.boolean().optional() }),
]);
