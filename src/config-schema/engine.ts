/** [engine]: who carries the model calls of king, challenger and validate out. */
import { z } from "zod";
import { ENGINES } from "./engine-names.ts";

export const engineSection = z
  .strictObject({
    /** "local": this process. "batch-file": request files in engine/<stage>/, run by somebody else. */
    name: z.enum(ENGINES).default("local"),
    /** Fewer items than this are asked by this process, whatever the engine; 0: never. */
    online_below: z.number().int().min(0).default(200),
  })
  .prefault({});
