/** report/doctor.json: what the doctor found of each model, where later stages go by it. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const doctorSchema = z.looseObject({
  schema: schemaField,
  /** When, in UTC. */
  at: z.string(),
  models: z.array(
    z.looseObject({
      provider: z.string(),
      model: z.string(),
      /** How the calls of a history fare: in the prompt, lost from it, refused, or not told. */
      calls: z.enum(["carried", "lost", "refused", "unknown"]),
    }),
  ),
});

export type DoctorRecord = z.infer<typeof doctorSchema>;
