/** report/target.json: what a target run set out for, with what, and how its rounds ended. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const TARGET_RUN = "report/target.json";

const roundSchema = z.looseObject({
  /** Turns drawn and turns in final/, all rounds together. */
  drawn: z.int(),
  have: z.int(),
  /** Model calls and USD of the stages that a round runs, all rounds together; `unpriced` calls cost what is not known. */
  calls: z.int(),
  usd: z.number(),
  unpriced: z.int(),
});
export type TargetRound = Readonly<z.infer<typeof roundSchema>>;

export const targetRunSchema = z.looseObject({
  schema: schemaField,
  /** [target], as it was when the run began. */
  accepted: z.int(),
  max_candidates: z.int(),
  gate: z.boolean(),
  /** Who answers and judges: "king" -> "provider/model". */
  models: z.record(z.string(), z.string()),
  /** "[section] key" -> hash of its value, of all that decides what a round is worth. */
  settings: z.record(z.string(), z.string()),
  rounds: z.array(roundSchema),
});
export type TargetRun = Readonly<z.infer<typeof targetRunSchema>>;
