/** evaluation/worth/worth.json: the arms of the experiment, and what each seed of each came to. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const WORTH_FOLDER = "evaluation/worth";
export const WORTH = `${WORTH_FOLDER}/worth.json`;

/**
 * What is measured, in the order in which it decides: the first that is there. gym: share of runs whose tests
 * passed; action: share of answers that do what the reference does; duel: score 0..1 against the reference.
 */
export const OUTCOMES = ["gym", "action", "duel"] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

const effectSchema = z.object({
  first: z.string(),
  second: z.string(),
  difference: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  n_seeds: z.int(),
  n_rows: z.int(),
  n_clusters: z.int(),
  verdict: z.enum(["better", "worse", "none", "unsure"]),
});
export type WorthEffect = Readonly<z.infer<typeof effectSchema>>;

export const worthSchema = z.looseObject({
  schema: schemaField,
  method: z.string(),
  model: z.string(),
  seeds: z.array(z.int()),
  /** Arm -> rows that it was trained on. */
  arms: z.record(z.string(), z.int()),
  held_out: z.object({ rows: z.int(), repositories: z.int() }),
  /** Turns that are in no arm, by reason; turns of buckets without a match. */
  dropped: z.record(z.string(), z.int()),
  /** What decides. */
  outcome: z.enum(OUTCOMES),
  /** Mean of each arm by what was measured: shares 0..1, nats a token of the challenger's own text. */
  means: z.record(z.string(), z.record(z.string(), z.number().nullable())),
  effects: z.array(effectSchema),
  /** The outcomes behind the one that decides: they would, were it not there. Absent in files of older builds. */
  beside: z.partialRecord(z.enum(OUTCOMES), z.array(effectSchema)).optional(),
  /** Tasks that the checkpoints played, each so often; `seen`: of packages that they were trained on, not played. */
  gym: z.object({ tasks: z.int(), packages: z.int(), runs: z.int(), seen: z.int() }).optional(),
  /** Who judged, how many answers; `unread`: those without a quorum, which count for nobody. */
  duel: z.object({ judges: z.array(z.string()), answers: z.int(), unread: z.int() }).optional(),
  /** What it is not told by, and why. */
  notes: z.array(z.string()).optional(),
  /** Shown, never decides. */
  shown: z.record(z.string(), z.array(effectSchema)),
});
export type Worth = Readonly<z.infer<typeof worthSchema>>;
