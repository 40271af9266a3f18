/** score/<answer file>: every verdict on a turn and what they come to. */
import { z } from "zod";
import { usageSchema } from "./run-info.ts";
import { schemaField } from "./schema.ts";

export const METRICS = ["correctness", "grounding", "progress", "protocol", "efficiency"] as const;
export type Metric = (typeof METRICS)[number];

export const metricValues = z.object({
  correctness: z.number(),
  grounding: z.number(),
  progress: z.number(),
  protocol: z.number(),
  efficiency: z.number(),
});
/** One number a metric: 1, 0.5, 0 in a verdict (the challenger's view), 0..100 in a score. */
export type MetricValues = Readonly<z.infer<typeof metricValues>>;

/** One judge's reply on one pair in one order. */
export const judgementSchema = z.looseObject({
  model: z.string(),
  provider: z.string(),
  /** The model as the reply named it, where that is another name. */
  answered_by: z.string().optional(),
  order: z.enum(["king_first", "challenger_first"]),
  attempt: z.int(),
  /** The challenger's view: 1 win, 0.5 draw, 0 loss. null: the reply could not be read. */
  metrics: metricValues.nullable(),
  /** The judge's sentence. */
  reason: z.string(),
  /** Why the reply could not be read; null when it could. */
  unread: z.string().nullable(),
  /** What the reader saw there, in words; null when it could be read. */
  unread_detail: z.string().nullish(),
  /** The call itself was refused for the item's own fault: there is no reply to read again. */
  failed: z.boolean().optional(),
  /** Of a failed call: identity of the settings it was refused under; others ask again. */
  settings: z.string().optional(),
  /** Set aside by --force or --rejudge: kept, but no longer counted. */
  superseded: z.boolean().optional(),
  config_hash: z.string().optional(),
  /** Version of the judge's prompt; absent in verdicts of older builds, which knew "judge-1" alone. */
  prompt_version: z.string().optional(),
  raw: z.string(),
  reasoning: z.string().nullable(),
  finish_reason: z.string().nullable(),
  usage: usageSchema,
  cost_usd: z.number().nullable(),
  pair_hash: z.string(),
  time: z.string(),
});
export type Judgement = Readonly<z.infer<typeof judgementSchema>>;

const voteCounts = z.object({ win: z.int(), draw: z.int(), loss: z.int() });

/** score/<answer file>. */
export const scoreSchema = z.looseObject({
  schema: schemaField,
  file: z.string(),
  instance_id: z.string(),
  /** 2: against the king; 1: against the reference. */
  mode: z.union([z.literal(1), z.literal(2)]),
  /** 0..100, 4 decimals, challenger's view; null while pending or not parsed. */
  score: z.number().nullable(),
  /** 0..100 each; null like score. */
  metrics: metricValues.nullable(),
  /** The challenger's action style. */
  style: z.string(),
  /** At least `quorum` judges gave every order asked of them (or the turn is disqualified). */
  parsed: z.boolean(),
  /** Verdicts that are still to be asked. */
  pending: z.int(),
  /** Lost before a judge was paid: "malformed", "repetition", "leak", "injection" and its detail. */
  disqualified: z.object({ reason: z.string(), detail: z.string() }).nullable(),
  /** Every reply, unread ones included, in the order they came. */
  judges: z.array(judgementSchema),
  config_hash: z.string(),
  /** The answer's repository, else that of its commit record. */
  repo: z.string().nullish(),
  /** The run that the turn is of, where the answer says so. */
  run: z.string().nullish(),
  /** The present pair of candidates; only replies with this pair_hash count. */
  pair_hash: z.string().optional(),
  /** The pair's hash in builds that knew no structure, where it differs: such verdicts count as well. */
  plain_hash: z.string().optional(),
  /** Metric votes that count, challenger's view; null like score, and when disqualified. */
  votes: voteCounts.nullish(),
  /** wins / (wins + losses) x 100; null under [duel].min_decisive such votes. */
  decisive_score: z.number().nullish(),
  /**
   * With [bucket] by = "posterior": the true score as the verdicts of all turns leave it open, its mean
   * 0..100 and the chance 0..1 that it is above 50.
   */
  posterior: z.object({ mean: z.number(), above: z.number() }).nullish(),
  /** Judges that a lazy or sequential panel did not need for this turn. */
  not_asked: z.array(z.string()).optional(),
  /** Characters of the two candidates. */
  lengths: z.object({ opponent: z.int(), challenger: z.int() }).nullish(),
  /** Under [judge] with = "outcome": the pass rates that the score is made of, and the rollouts of each. */
  outcome: z
    .object({ challenger: z.number(), opponent: z.number(), k: z.tuple([z.int(), z.int()]) })
    .optional(),
  /** Of a refined answer alone: the score file of the first answer to the same turn. */
  refined_from: z.string().optional(),
  king_model: z.string().nullish(),
  challenger_model: z.string().nullish(),
  /** Text in the history that addresses a judge: it marks the turn, nobody loses for it. */
  history_flags: z
    .array(z.looseObject({ kind: z.string(), text: z.string(), message: z.int() }))
    .optional(),
  /** What would have cost a challenger the turn, in the king (mode 1: the reference); only marked. */
  opponent_flags: z.array(z.looseObject({ kind: z.string(), text: z.string() })).optional(),
});
export type Score = Readonly<z.infer<typeof scoreSchema>>;
