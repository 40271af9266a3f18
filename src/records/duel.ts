/** score/_duel.json: the duel as a whole, its gate and its judges. */
import { z } from "zod";
import { schemaField } from "./schema.ts";

const interval = z.tuple([z.number(), z.number()]);
const icc = z.object({ value: z.number(), interval }).nullable();
const shares = z.object({ win: z.number(), draw: z.number(), loss: z.number() });

/** One judge in score/_duel.json. Shares and rates are 0..1; null: nothing to compute it from. */
export const duelJudgeSchema = z.looseObject({
  model: z.string(),
  provider: z.string(),
  /** false: a lazy panel asked it on contested turns only; it counts in no mean of the duel. */
  asked_everywhere: z.boolean(),
  /** 0..100, challenger's view: its mean over turns and metrics. */
  score: z.number().nullable(),
  /** The duel score without this judge. */
  score_without: z.number().nullable(),
  /** Turns on which it gave every order asked of it. */
  n_turns: z.int(),
  n_replies: z.int(),
  n_unread: z.int(),
  vote_shares: shares.nullable(),
  /** Share of metric votes that changed in any way when the order was swapped. */
  flip_rate: z.number().nullable(),
  /** Share of metric votes that turned from win to loss or back. */
  reversal_rate: z.number().nullable(),
  /** Pairs of metric votes, one in each order. */
  n_swapped: z.int(),
  /** Share of its votes that are no draws which went to MODEL 1; without bias 0.5 in "both". */
  first_share: z.number().nullable(),
  /** 95 %, over clusters. */
  first_share_interval: interval.nullable(),
  n_decisive: z.int(),
  /** 0.5 lies outside the interval. null: not known (one order, or under two clusters). */
  bias_significant: z.boolean().nullable(),
  /** "same family as the king's model ...". */
  family_warning: z.string().nullable(),
  /** Why its first call of the last run failed. */
  first_error: z.string().nullable(),
});

/** score/_duel.json. Scores and margins are points (0..100); bounds are of score/100 - 0.5. */
export const duelSchema = z.looseObject({
  schema: schemaField,
  mode: z.union([z.literal(1), z.literal(2)]),
  /** null while verdicts are pending. */
  accepted: z.boolean().nullable(),
  /** Why it was not accepted, one sentence each; empty when it was. */
  reasons: z.array(z.string()),
  challenger_score: z.number().nullable(),
  king_score: z.number().nullable(),
  margin: z.number().nullable(),
  win_margin: z.number(),
  /** The lower bound that decides: over clusters, the smaller of the two below. */
  lcb: z.number().nullable(),
  lcb_half_sample: z.number().nullish(),
  lcb_bootstrap_t: z.number().nullish(),
  /** The same rule over instances, where the gate counts something else as a cluster. */
  lcb_instance: z.number().nullish(),
  /** Shown, never decide: as if turns were independent, the percentile bound, Student's. */
  lcb_plain: z.number().nullable(),
  lcb_bootstrap: z.number().nullish(),
  lcb_t: z.number().nullish(),
  /** Share of the variance of turn scores between repositories and between instances, 95 %. */
  icc: z.object({ repo: icc, instance: icc }).optional(),
  /** Of cluster sums about the mean. */
  skewness: z.number().nullish(),
  /** C / (1 + CV^2 of the cluster sizes). */
  n_effective_clusters: z.number().optional(),
  /** Mean of score/100 - 0.5 over turns, and its standard error over clusters. */
  mean: z.number().nullish(),
  standard_error: z.number().nullish(),
  gate_alpha: z.number(),
  bootstrap_resamples: z.int().optional(),
  /** The resampled means: `counts` of equal bins from `low` to `high`. */
  bootstrap: z.object({ low: z.number(), high: z.number(), counts: z.array(z.int()) }).nullish(),
  /** Turns with a challenger: judged, disqualified, unparsed and pending ones. */
  n_turns: z.int(),
  n_parsed: z.int(),
  /** Attempts used up without a quorum. */
  n_unparsed: z.int().optional(),
  /** Turns whose verdicts, or whose challenger, are still to come. */
  n_pending: z.int().optional(),
  min_valid_turn_frac: z.number().optional(),
  n_disqualified: z.int(),
  disqualified: z.record(z.string(), z.int()).optional(),
  /** How the duel would stand without the disqualified turns. */
  without_disqualified: z
    .object({
      n_turns: z.int(),
      challenger_score: z.number().nullable(),
      margin: z.number().nullable(),
      lcb: z.number().nullable(),
      accepted: z.boolean().nullable(),
    })
    .optional(),
  n_clusters: z.int(),
  cluster_by: z.string().optional(),
  /** Model -> 0..100. */
  by_judge: z.record(z.string(), z.number()),
  by_metric: z.record(z.string(), z.number()),
  /** Of all metric votes that count; disqualified turns have none. */
  vote_shares: shares.nullish(),
  n_votes: z.int().optional(),
  judges: z.array(duelJudgeSchema),
  agreement: z
    .object({
      /** Krippendorff's alpha, nominal (win, draw, loss), over judges. */
      alpha: z.number().nullable(),
      /** Units (turn, order, metric) that at least two judges voted on. */
      n_units: z.int(),
      /** Cohen's kappa a pair of judges. */
      kappas: z.array(
        z.object({ a: z.string(), b: z.string(), kappa: z.number().nullable(), n: z.int() }),
      ),
      /** Mean correlation of the judges' turn scores, and k / (1 + (k - 1) x it). */
      mean_correlation: z.number().nullable(),
      effective_judges: z.number().nullable(),
    })
    .optional(),
  length: z
    .object({
      /** Pearson: (challenger's minus opponent's characters) against the turn's score. */
      correlation: z.number().nullable(),
      /** Mean turn score where the challenger is not longer. */
      score_not_longer: z.number().nullable(),
      n_not_longer: z.int(),
      mean_opponent: z.number().nullable(),
      mean_challenger: z.number().nullable(),
    })
    .optional(),
  panel: z.enum(["full", "lazy", "sequential"]).optional(),
  orders: z.enum(["both", "random", "fixed"]).optional(),
  /** Of a sequential panel: how the votes of these judges vary, as they are asked (vote-model.ts). */
  vote_model: z
    .object({
      judges: z.array(z.string()),
      mean: z.number(),
      between: z.number(),
      within: z.number(),
      first: z.number(),
      n_turns: z.int(),
    })
    .optional(),
  /** What is expected of final/ by each way of sorting; absent: too few turns to say. */
  sorting: z
    .object({
      /** The part of what judges agree on that is taken for error, and where the estimate is from. */
      shared_error: z.object({
        from: z.enum(["people", "judges"]),
        share: z.number(),
        n_reviews: z.int(),
      }),
      ways: z.array(
        z.object({
          by: z.enum(["score", "decisive", "posterior"]),
          n_final: z.int(),
          /** Shares [as if judges erred independently, with the shared error]; null: none in final/. */
          below_limit: z.tuple([z.number(), z.number()]).nullable(),
          no_better: z.tuple([z.number(), z.number()]).nullable(),
        }),
      ),
      /** Of judges left out where the others are sure of the challenger; null: nowhere. */
      calibration: z
        .object({ n: z.int(), expected: z.number(), seen: z.number(), above: z.number() })
        .nullable(),
    })
    .optional(),
  /** (turn, judge) pairs that a lazy or sequential panel did not have to ask, times the orders. */
  calls_saved: z.int().optional(),
  /** Replies that could not be read, by reason. */
  unread: z.record(z.string(), z.int()).optional(),
  /** Turns with verdicts given under other settings than the present ones. */
  n_other_settings: z.int().optional(),
  /** Verdicts of two versions of prompt or hash; absent: all are of one. */
  mixed: z
    .object({
      /** Version -> verdicts. */
      versions: z.record(z.string(), z.int()),
      /** Calls and USD of giving the verdicts of older versions anew; null: a price is not known. */
      n_older: z.int(),
      usd_anew: z.number().nullable(),
      /** Told --mixed. */
      taken: z.boolean(),
    })
    .nullish(),
  n_flagged_histories: z.int().optional(),
  n_flagged_opponents: z.int().optional(),
  /** Sentences for the person: judges of a contestant's family, other settings, failing judges ... */
  warnings: z.array(z.string()).optional(),
  /** Runs that computed the gate on a changed set of turns or with other settings. */
  looks: z.int(),
  /** Turns that the duel will have ("open": no end is set), and the share of them that is parsed. */
  plan: z.union([z.int(), z.literal("open")]).optional(),
  t: z.number().optional(),
  /** What became of this look, and the level at which it took the bound. */
  look: z.enum(["look", "too_early", "nothing_left", "open"]).optional(),
  look_alpha: z.number().nullish(),
  alpha_spent: z.number().optional(),
  alpha_left: z.number().optional(),
  /** The looks that were paid for, of one contest: mode and models. */
  spending: z
    .object({
      contest: z.string(),
      looks: z.array(z.object({ t: z.number(), turns_hash: z.string(), accepted: z.boolean() })),
    })
    .optional(),
  /** Of an open plan: the betting process, which accepts at 1 / gate_alpha. */
  e_value: z.number().nullish(),
  /** Identity of the gate's settings at the last look. */
  gate_hash: z.string().nullish(),
  /** Identity of the turns and scores of the last look. */
  turns_hash: z.string().nullish(),
  /** Of all score files that were there (io/judged-print.ts). */
  judged_print: z.string().nullish(),
  config_hash: z.string(),
});
export type Duel = Readonly<z.infer<typeof duelSchema>>;
