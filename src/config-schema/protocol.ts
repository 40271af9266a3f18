/** [protocol]: the form of a good answer, and how calls of tools reach a model. */
import { z } from "zod";

export const protocolSection = z
  .strictObject({
    /** "auto": told from the run: "tools" where it calls tools, else "bash". */
    style: z.enum(["auto", "bash", "tools"]).default("auto"),
    /** true: as calls of the API; false: shown and asked for as text; "auto": as the model carries them. */
    native: z.union([z.literal("auto"), z.boolean()]).default("auto"),
  })
  .prefault({});
