/**
 * The shape of every file that passes between stages: a zod schema, its type, a comment a field.
 * Names are the names on disk. Parse with the schema at every read; unknown keys are kept.
 */
import { z } from "zod";

export const METRICS = ["correctness", "grounding", "progress", "protocol", "efficiency"] as const;
export type Metric = (typeof METRICS)[number];

/** One chat message. Content is always text here: readers turn null into "" and parts into text. */
export const messageSchema = z.looseObject({
  role: z.string(),
  content: z.string(),
  tool_calls: z.array(z.unknown()).optional(),
});
export type Message = Readonly<z.infer<typeof messageSchema>>;

/** Where a turn came from. `row` is the 0-based row (line) in `file`. */
export const originSchema = z.looseObject({
  dataset: z.string().nullable(),
  revision: z.string().nullable(),
  file: z.string().nullable(),
  row: z.int().nullable(),
});
export type Origin = Readonly<z.infer<typeof originSchema>>;

export const promptSchema = z.looseObject({
  instance_id: z.string().min(1),
  repo: z.string(),
  /** 0-based index among the trajectory's assistant messages. */
  turn: z.int().min(0),
  /** The history: every message before the turn. */
  messages: z.array(messageSchema),
  /** The reference: what the data set's own agent said there. */
  assistant: z.string(),
  origin: originSchema,
});
export type Prompt = Readonly<z.infer<typeof promptSchema>>;
export const promptFileSchema = z.array(promptSchema);

/** report/source.json: what stage:prompt set out to draw, written first, and what came of it. */
export const sourceStateSchema = z.looseObject({
  /** Of the keys of [source] that decide what is drawn. */
  config_hash: z.string(),
  /** Turns asked for in this run: `count`, or --limit when that is less. */
  target: z.int(),
  /** Where rows come from; a resumed run reads the same commit. */
  sources: z.array(
    z.looseObject({
      key: z.string(),
      dataset: z.string(),
      revision: z.string().nullable(),
      /** How a Hub data set is read. */
      way: z.string().optional(),
      /** What each way was worked out to read, before anything was; `why` instead: it cannot be taken. */
      plan: z
        .array(
          z.looseObject({
            way: z.string(),
            bytes: z.int().optional(),
            requests: z.int().optional(),
            why: z.string().optional(),
          }),
        )
        .optional(),
    }),
  ),
  /** False until every prompt file is written. */
  done: z.boolean(),
  /** Names in prompt/. */
  files: z.array(z.string()),
  read: z.int(),
  kept: z.int(),
  dropped: z.record(z.string(), z.int()),
  notes: z.array(z.string()),
});
export type SourceState = Readonly<z.infer<typeof sourceStateSchema>>;

const text = z.string().nullish();

/** commit/<instance_id>.json. Keys that the data set has and we do not know are kept. */
export const pullRequestSchema = z.looseObject({
  instance_id: z.string().min(1),
  repo: z.string(),
  base_commit: text,
  title: text,
  problem_statement: text,
  pr_description: text,
  hints_text: text,
  interface: text,
  patch: text,
  test_patch: text,
  /** Paths that the patch and the test patch touch. */
  files: z.array(z.string()).nullish(),
  language: text,
  created_at: z.union([z.string(), z.number()]).nullish(),
});
export type PullRequest = Readonly<z.infer<typeof pullRequestSchema>>;

/** Tokens; what the provider did not say is 0. `prompt_tokens` includes the cached ones. */
export const usageSchema = z.looseObject({
  prompt_tokens: z.number(),
  cached_tokens: z.number(),
  completion_tokens: z.number(),
  reasoning_tokens: z.number(),
});
export type Usage = Readonly<z.infer<typeof usageSchema>>;
export const NO_USAGE: Usage = {
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
};

/** How a reply came about: king_run and challenger_run of an answer. */
export const runInfoSchema = z.looseObject({
  /** The model that answered (a fallback's name when a fallback did). */
  model: z.string(),
  provider: z.string(),
  /** Version of the prompt text, for example "king-1". */
  prompt_version: z.string(),
  config_hash: z.string(),
  /** Sum over all attempts. */
  usage: usageSchema,
  /** USD over all attempts; null: no price known. */
  cost_usd: z.number().nullable(),
  attempts: z.int(),
  finish_reason: z.string().nullable(),
  /** ISO 8601. */
  time: z.string(),
  /** Set when the reply broke the form to the end: a Malformed reason and what the check said. */
  malformed: z.object({ reason: z.string(), detail: z.string() }).nullish(),
});
export type RunInfo = Readonly<z.infer<typeof runInfoSchema>>;

export const findingSchema = z.looseObject({
  kind: z.string(),
  /** The words of the answer that the finding is about. */
  text: z.string(),
  /** [start, end) in UTF-16 units of the answer. */
  span: z.tuple([z.int(), z.int()]),
  /** Where it stands in the PR. Quotes the PR: never leaves answer/. */
  evidence: z.string(),
  /** How heavy it is: 2 is a leak by itself, 1 a suspicion (default limits of [audit]). */
  weight: z.number().optional(),
});
export type Finding = Readonly<z.infer<typeof findingSchema>>;

export const auditSchema = z.looseObject({
  verdict: z.enum(["clean", "suspect", "leak", "unchecked"]),
  findings: z.array(findingSchema),
  /** Heaviest finding plus a quarter of the others. */
  score: z.number().optional(),
  /** Written without the PR in view: never more than suspect. */
  blind: z.boolean().optional(),
  /** What could not be looked at, one sentence each; absent when all was. */
  unchecked: z.array(z.string()).optional(),
});
export type Audit = Readonly<z.infer<typeof auditSchema>>;

/** A reply that was not accepted, kept so that nothing paid for is lost. */
export const trySchema = z.looseObject({
  attempt: z.int(),
  raw: z.string(),
  finish_reason: z.string().nullable(),
  /** Why it was not accepted: a Malformed reason, "leak", "not_chosen", or a failure kind. */
  reason: z.string(),
  detail: z.string(),
  /** Of a well-formed reply: what the audit found in it. */
  audit: auditSchema.optional(),
  usage: usageSchema,
  cost_usd: z.number().nullable(),
  time: z.string(),
});
export type Try = Readonly<z.infer<typeof trySchema>>;

/** answer/<source>_<order>.json. Just the first five fields are a valid file. */
export const answerSchema = z.looseObject({
  instance_id: z.string().min(1),
  king: z.string(),
  challenger: z.string(),
  assistant: z.string(),
  messages: z.array(messageSchema),
  repo: z.string().optional(),
  turn: z.int().optional(),
  origin: originSchema.optional(),
  king_run: runInfoSchema.optional(),
  challenger_run: runInfoSchema.optional(),
  /** About the challenger. */
  audit: auditSchema.optional(),
  /** About the king, as a control: the king is blind by construction. */
  king_audit: auditSchema.optional(),
  /** The challenger's replies that were not accepted. They may quote the PR: never leave answer/. */
  challenger_tries: z.array(trySchema).optional(),
  /** Strategy "select": which blind candidate was chosen and why. Quotes the PR: never leaves answer/. */
  challenger_choice: z
    .object({ model: z.string(), chosen: z.int(), candidates: z.int(), reason: z.string() })
    .optional(),
  /** The grounding judge on a suspect answer: claims without support. */
  grounding: z
    .object({ model: z.string(), claims: z.array(z.string()), read: z.boolean(), raw: z.string() })
    .optional(),
  /** Set when the challenger was given up for a reason of the item itself (context too long ...). */
  challenger_drop: z.object({ reason: z.string(), detail: z.string() }).optional(),
});
export type Answer = Readonly<z.infer<typeof answerSchema>>;

/** report/tries/king/<answer file>: the king's unfinished business, removed when the answer is saved. */
export const triesSchema = z.looseObject({
  file: z.string(),
  instance_id: z.string(),
  tries: z.array(trySchema),
  /** The recorded drop; null while attempts are left. */
  dropped: z.object({ reason: z.string(), detail: z.string() }).nullable(),
});

const metricValues = z.object({
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
  /** Set aside by --force or --rejudge: kept, but no longer counted. */
  superseded: z.boolean().optional(),
  config_hash: z.string().optional(),
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
  repo: z.string().nullish(),
  /** The present pair of candidates; only replies with this pair_hash count. */
  pair_hash: z.string().optional(),
  /** Metric votes that count, challenger's view; null like score, and when disqualified. */
  votes: voteCounts.nullish(),
  /** wins / (wins + losses) x 100; null under [duel].min_decisive such votes. */
  decisive_score: z.number().nullish(),
  /** Judges that a lazy panel did not need for this turn. */
  not_asked: z.array(z.string()).optional(),
  /** Characters of the two candidates. */
  lengths: z.object({ opponent: z.int(), challenger: z.int() }).nullish(),
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

const interval = z.tuple([z.number(), z.number()]);
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
  mode: z.union([z.literal(1), z.literal(2)]),
  /** null while verdicts are pending. */
  accepted: z.boolean().nullable(),
  /** Why it was not accepted, one sentence each; empty when it was. */
  reasons: z.array(z.string()),
  challenger_score: z.number().nullable(),
  king_score: z.number().nullable(),
  margin: z.number().nullable(),
  win_margin: z.number(),
  /** The lower bound that decides: over clusters, the smaller of the two below under 50 clusters. */
  lcb: z.number().nullable(),
  /** As if turns were independent. */
  lcb_plain: z.number().nullable(),
  lcb_bootstrap: z.number().nullish(),
  lcb_t: z.number().nullish(),
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
  panel: z.enum(["full", "lazy"]).optional(),
  orders: z.enum(["both", "random", "fixed"]).optional(),
  /** (turn, judge) pairs that a lazy panel did not have to ask, times the orders. */
  calls_saved: z.int().optional(),
  /** Replies that could not be read, by reason. */
  unread: z.record(z.string(), z.int()).optional(),
  /** Turns with verdicts given under other settings than the present ones. */
  n_other_settings: z.int().optional(),
  n_flagged_histories: z.int().optional(),
  n_flagged_opponents: z.int().optional(),
  /** Sentences for the person: judges of a contestant's family, other settings, failing judges ... */
  warnings: z.array(z.string()).optional(),
  /** Runs that computed the gate on a changed set of turns. */
  looks: z.int(),
  /** Identity of the turns and scores of the last look. */
  turns_hash: z.string().nullish(),
  config_hash: z.string(),
});
export type Duel = Readonly<z.infer<typeof duelSchema>>;

/** A person's verdict: review/<answer file>. Overrules the panel in report and exports. */
export const reviewSchema = z.looseObject({
  file: z.string(),
  /** 1 king, 2 challenger, 0 draw; null: none given. */
  verdict: z.union([z.literal(0), z.literal(1), z.literal(2)]).nullable(),
  bucket: z.enum(["final", "refined", "defeat"]).nullable(),
  note: z.string(),
  time: z.string(),
  /** The panel's pair_hash of what the person saw; an edited answer outdates the review. */
  pair_hash: z.string(),
});
export type Review = Readonly<z.infer<typeof reviewSchema>>;

export const BUCKETS = ["final", "refined", "defeat"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** final/ refined/ defeat/<answer file>: what may be published. Built field by field, never copied whole. */
export const exportedSchema = z.looseObject({
  instance_id: z.string(),
  king: z.string(),
  challenger: z.string(),
  assistant: z.string(),
  messages: z.array(messageSchema),
  repo: z.string().optional(),
  turn: z.int().optional(),
  origin: originSchema.optional(),
  king_run: runInfoSchema.optional(),
  challenger_run: runInfoSchema.optional(),
  score: z.number(),
  metrics: metricValues,
  /** Why this bucket: "score 85 >= 80", "leak", "malformed: two_blocks" ... */
  reason: z.string(),
  /** Verdict and kinds alone. */
  audit: z.object({ verdict: z.string(), kinds: z.array(z.string()) }).optional(),
});
export type Exported = Readonly<z.infer<typeof exportedSchema>>;

/**
 * A line of report/ledger.jsonl: "intent" before a call, "outcome" (same id) after it. An intent
 * without an outcome was in flight when the process died; its reservation stays in the budget.
 */
export const ledgerLineSchema = z.looseObject({
  id: z.string(),
  event: z.enum(["intent", "outcome"]),
  time: z.string(),
  stage: z.string(),
  item: z.string(),
  role: z.string(),
  provider: z.string(),
  model: z.string(),
  /** Outcome: what was billed. Intent: what is reserved. usd null: unpriced. */
  tokens_in: z.number(),
  tokens_cached: z.number(),
  tokens_out: z.number(),
  tokens_reasoning: z.number(),
  usd: z.number().nullable(),
  latency_ms: z.number().nullable(),
  /** "ok", or a failure: "http_429", "timeout", "reset", "bad_json" ...; null in an intent. */
  outcome: z.string().nullable(),
});
export type LedgerLine = Readonly<z.infer<typeof ledgerLineSchema>>;

/** report/run.json: the last summary of each stage. */
export const runFileSchema = z.looseObject({
  stages: z.record(
    z.string(),
    z.looseObject({
      stage: z.string(),
      read: z.number(),
      kept: z.number(),
      dropped: z.record(z.string(), z.number()),
      pending: z.number(),
      asked: z.number(),
      notes: z.array(z.string()),
      started: z.string(),
      wall_ms: z.number(),
      config_hash: z.string(),
    }),
  ),
});
export type RunFile = Readonly<z.infer<typeof runFileSchema>>;
