/** outcome/<answer file>: what became of a turn's answers when they were played on in the gym. */
import { z } from "zod";
import { ANSWERS } from "./answer-names.ts";
import { schemaField } from "./schema.ts";

const playedFields = {
  answer: z.enum(ANSWERS),
  /** Rollouts, and how many of them ended with all tests as they should be. */
  k: z.int().min(0),
  passes: z.int().min(0),
  /** Of each rollout: turns after the answer, why it ended, its trajectory below outcome/. */
  turns: z.array(z.int()),
  why: z.array(z.string()),
  runs: z.array(z.string()),
  /** Of the answer's text: another text has not been played. */
  said_hash: z.string(),
  /** The answer names the place or the words of the mending, and its history does not. */
  names_solution: z.boolean(),
};

export const playedSchema = z.looseObject(playedFields);
export type Played = Readonly<z.infer<typeof playedSchema>>;

/** The first answer's fields stand at the top, those of the others in `beside`. */
export const outcomeSchema = z.looseObject({
  schema: schemaField,
  file: z.string(),
  instance_id: z.string(),
  repo: z.string(),
  /** "scripted:0.5", or a model. */
  policy: z.string(),
  /** Observations of the history that were compared, and those that were the same. */
  replayed: z.object({ steps: z.int(), same: z.int() }),
  ...playedFields,
  beside: z.array(playedSchema),
});
export type OutcomeFile = Readonly<z.infer<typeof outcomeSchema>>;

/** outcome/dropped/<answer file>: a turn that was not played. */
export const outcomeDropSchema = z.looseObject({
  schema: schemaField,
  file: z.string(),
  reason: z.string(),
  detail: z.string(),
});

/** All answers of a file. */
export function playedIn(outcome: OutcomeFile): readonly Played[] {
  const { answer, k, passes, turns, why, runs, said_hash, names_solution } = outcome;
  return [{ answer, k, passes, turns, why, runs, said_hash, names_solution }, ...outcome.beside];
}
