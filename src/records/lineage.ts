/** reign/lineage.json: who reigned, on what data, by how much, and which repositories were spent on it. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

export const LINEAGE = "reign/lineage.json";

/** Who answers as king. */
const kingSchema = z.object({
  name: z.string(),
  /** A folder relative to the workspace, or a model as its provider calls it. */
  model: z.string(),
  /** Section of [provider]; null: served from the folder, or from the Hub, by Kingmaker. */
  provider: z.string().nullable(),
});
export type King = Readonly<z.infer<typeof kingSchema>>;

/** A duel of a challenger with the king of that time. */
const reignDuelSchema = z.object({
  /** Its workspace, relative to this one. */
  folder: z.string(),
  /** Spent from the moment that the duel is planned. */
  repositories: z.array(z.string()),
  turns: z.int(),
  /** Answer files of the turns, as prompt/ of the parent workspace numbers them. */
  files: z.array(z.string()),
  /** null: not decided yet. */
  result: z
    .object({
      accepted: z.boolean(),
      /** Points, challenger's minus king's score. */
      margin: z.number().nullable(),
      /** 95 %, over clusters. */
      interval: z.tuple([z.number(), z.number()]).nullable(),
      lcb: z.number().nullable(),
      gate_alpha: z.number(),
      n_turns: z.int(),
      n_parsed: z.int(),
      n_clusters: z.int(),
      /** Turns that the challenger lost before a judge was asked. */
      n_disqualified: z.int(),
      reasons: z.array(z.string()),
    })
    .nullable(),
});
export type ReignDuel = Readonly<z.infer<typeof reignDuelSchema>>;
export type DuelResult = NonNullable<ReignDuel["result"]>;

const challengeSchema = z.looseObject({
  /** Of the challenge, and of its folder below reign/. */
  name: z.string(),
  challenger: kingSchema,
  king: kingSchema,
  /** The set that the checkpoint was trained on. */
  dataset: z.string(),
  dataset_hash: z.string(),
  run_hash: z.string(),
  method: z.string(),
  base: z.string(),
  /** What it has seen: no turn of these is held out, for it or for those trained from it. */
  trained_on: z.object({ repositories: z.array(z.string()), instances: z.array(z.string()) }),
  wins: z.int(),
  began: z.string(),
  ended: z.string().nullable(),
  /** "no_turns": too few held-out repositories were left for the next duel. */
  state: z.enum(["open", "crowned", "refused", "no_turns", "given_up"]),
  duels: z.array(reignDuelSchema),
});
export type Challenge = Readonly<z.infer<typeof challengeSchema>>;

export const lineageSchema = z.looseObject({
  schema: schemaField,
  /** Kings in order, the one who reigns last; [] before the first challenge. */
  kings: z.array(
    kingSchema.extend({
      since: z.string(),
      /** The challenge that was won; null: the first king. */
      challenge: z.string().nullable(),
    }),
  ),
  challenges: z.array(challengeSchema),
});
export type Lineage = Readonly<z.infer<typeof lineageSchema>>;
