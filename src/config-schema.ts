/**
 * The settings of chain.toml: every section and key with its type, range, default and meaning. The
 * only home of defaults; src/config.ts reads the file and names the nearest key for a misspelt one.
 */
import { z } from "zod";
import { FORMATS } from "./core/dataset/format-names.ts";

const positive = z.int().min(1);
const count = z.int().min(0);
const fraction = z.number().min(0).max(1);
const percent = z.number().min(0).max(100);
const name = z.string().min(1);

const price = z.strictObject({
  /** USD per million tokens. */
  input: z.number().min(0),
  cached_input: z.number().min(0).optional(),
  output: z.number().min(0),
});

const providerSection = z.strictObject({
  base_url: name.optional(),
  base_url_env: name.optional(),
  api_key_env: name.optional(),
  max_concurrency: positive.default(64),
  requests_per_minute: positive.optional(),
  tokens_per_minute: positive.optional(),
  price: z.record(name, price).default({}),
  headers: z.record(name, z.string()).default({}),
  /** Header name -> environment variable that holds its value. */
  headers_env: z.record(name, name).default({}),
  body: z.record(name, z.json()).default({}),
  /** How the completion limit is called there; OpenAI's newer models want max_completion_tokens. */
  max_tokens_field: z.enum(["max_tokens", "max_completion_tokens"]).default("max_tokens"),
  /** Seconds until the whole answer has to be there. */
  timeout_s: z.number().positive().default(600),
  /** Calls that fail in a row before the stage stops early. */
  breaker: positive.default(20),
  /** Wall-clock ceiling of one item in seconds, all retries and waits included. */
  item_ceiling_s: z.number().positive().default(1800),
  /** Tries of one request against faults (waiting for a rate limit does not count). */
  tries: positive.default(6),
});

const modelRef = z.union([
  name,
  z.strictObject({ model: name, provider: name.optional(), thinking: z.boolean().optional() }),
]);

const answerer = {
  model: name.default("moonshotai/Kimi-K2.6-TEE"),
  provider: name.default("chutes"),
  temperature: z.number().min(0).max(2).default(1.0),
  max_tokens: positive.default(1024),
  /** Askings of one turn until the form is right. */
  attempts: positive.default(3),
  /** Models asked in turn when the first cannot answer. */
  fallback: z.array(modelRef).default([]),
};

export const configSchema = z.strictObject({
  source: z
    .strictObject({
      trajectories: z
        .union([name, z.array(name).min(1)])
        .default("AlienKevin/SWE-ZERO-12M-trajectories"),
      prs: z.union([name, z.array(name).min(1)]).default("nebius/SWE-rebench-V2-PRs"),
      revision: name.optional(),
      config: name.optional(),
      split: name.optional(),
      /** URL of the Hub's viewer API. */
      viewer_url: name.default("https://datasets-server.huggingface.co"),
      count: positive.default(2000),
      per_file: positive.default(200),
      /** 0-based turn index below it. */
      max_turn: positive.default(10),
      seed: z.int().default(42),
      /** "rows": rows are uniform, then the turns of a row; "turns": all turns of the split are. */
      spread: z.enum(["rows", "turns", "windows", "groups"]).default("rows"),
      /** 0: no limit. */
      max_per_instance: count.default(1),
      max_per_repo: count.default(0),
      exclude_ids: z.array(name).default([]),
      exclude_benchmarks: z.boolean().default(true),
      exclude_benchmark_repos: z.boolean().default(false),
      /** File of held-out problems (JSON Lines or text); a PR that shares 12-grams with it is left out. */
      held_out: name.optional(),
      /** Distinct shared 12-grams from which on a PR is left out. */
      held_out_min: positive.default(1),
      /** Characters; a PR over it is left out and listed in report/hugePR.md. */
      max_pr_chars: positive.default(60_000),
      max_history_chars: positive.default(120_000),
      /** 0: no limit; otherwise `tokenizer` has to name a tokenizer.json. */
      max_history_tokens: count.default(0),
      tokenizer: name.optional(),
      /** Kept endings of a run ("Submitted"); empty: all. */
      exit_status: z.array(name).default([]),
      /** Kept languages of a pull request ("python"); empty: all. */
      languages: z.array(name).default([]),
      /** "protocol": the reference has to be a thought and exactly one bash block. */
      reference: z.enum(["any", "protocol"]).default("any"),
      /** Leave out turns whose reference repeats the history. */
      drop_loops: z.boolean().default(false),
      /** Histories at least so similar (Jaccard, 0..1) to a kept one are left out; 0: off. */
      near_duplicate: fraction.default(0),
      /** Tool calls as text in the content, or kept beside it. */
      tool_calls: z.enum(["text", "keep"]).default("text"),
      /** Which way a Hub data set is read; "auto" takes the cheapest that keeps the spread. */
      read: z.enum(["auto", "viewer", "pages", "groups"]).default("auto"),
      /** Neighbouring rows of a window (spread "windows"). */
      window_rows: positive.default(20),
      /** Rows drawn from a row group at a time (spread "groups"). */
      group_draws: positive.default(100),
      /** Drawn rows per turn asked for, at most: the cap on replacing rows that fall out. */
      max_draws_per_turn: positive.default(50),
      /** A plan that would read more from the Hub is refused, with what would be cheaper. */
      max_read_mb: positive.default(4000),
      prs_revision: name.optional(),
      prs_config: name.optional(),
      prs_split: name.optional(),
    })
    .prefault({}),
  provider: z.record(name, providerSection).default({}),
  king: z.strictObject(answerer).prefault({}),
  challenger: z
    .strictObject({
      ...answerer,
      strategy: z.enum(["informed", "select"]).default("informed"),
      /** Blind candidates of strategy "select". */
      n: z.int().min(2).default(4),
      /** Chooses among the candidates, with the pull request in view; default: the challenger's model. */
      rank_model: modelRef.optional(),
      /** Characters of the pull request that the challenger is shown at most. */
      pr_chars: positive.default(40_000),
      /** Askings after the first when the audit says leak. */
      leak_attempts: count.default(2),
    })
    .prefault({}),
  judge: z
    .strictObject({
      provider: name.default("chutes"),
      models: z
        .array(modelRef)
        .min(1, "needs at least one judge")
        .default([
          "deepseek-ai/DeepSeek-V3.2-TEE",
          "Qwen/Qwen3-235B-A22B-Thinking-2507",
          "moonshotai/Kimi-K2.6-TEE",
        ]),
      temperature: z.number().min(0).max(2).default(0),
      max_tokens: positive.default(768),
      thinking_models: z
        .array(name)
        .default(["Qwen/Qwen3-235B-A22B-Thinking-2507", "moonshotai/Kimi-K2.6-TEE"]),
      thinking_max_tokens: positive.default(4096),
      orders: z.enum(["both", "random", "fixed"]).default("both"),
      quorum: positive.default(2),
      attempts: positive.default(3),
      panel: z.enum(["full", "lazy"]).default("full"),
    })
    .prefault({}),
  duel: z
    .strictObject({
      mode: z.union([z.literal(1), z.literal(2)]).default(2),
      win_margin: z.number().min(0).max(100).default(2.0),
      gate_alpha: z.number().gt(0).lt(0.5).default(0.05),
      bootstrap_resamples: positive.default(10_000),
      min_valid_turn_frac: fraction.default(0.5),
      cluster_by: z.enum(["instance_id", "repo"]).default("instance_id"),
      min_decisive: positive.default(3),
    })
    .prefault({}),
  audit: z
    .strictObject({
      suspect_min: z.number().min(0).default(1),
      leak_min: z.number().min(0).default(2),
      /** null: the grounding judge is off. */
      grounding_model: modelRef.optional(),
      mask_emails: z.boolean().default(false),
    })
    .prefault({}),
  bucket: z
    .strictObject({
      by: z.enum(["score", "decisive"]).default("score"),
      final_min: percent.default(80),
      defeat_max: percent.default(66),
    })
    .prefault({}),
  budget: z
    .strictObject({
      max_usd: z.number().min(0).optional(),
      max_tokens: positive.optional(),
      /** A stage whose upper bound is over it asks on a terminal first. */
      ask_over_usd: z.number().min(0).default(5),
    })
    .prefault({}),
  dataset: z
    .strictObject({
      formats: z.array(z.enum(FORMATS)).default(["openai"]),
      val_fraction: fraction.default(0.1),
      group_by: z.enum(["repo", "instance"]).default("repo"),
      seed: z.int().default(42),
      hub_org: name.optional(),
      max_tokens: positive.optional(),
      max_patch_chars: positive.default(8000),
      min_problem_words: count.default(20),
      /** Rows at least so similar (estimated Jaccard, 0..1) are kept on one side; 0: exact copies alone. */
      near_duplicate: fraction.default(0.8),
      /** A local tokenizer.json: exact token counts instead of four characters a token. */
      tokenizer: name.optional(),
      /** A local tokenizer_config.json: chatml rows are rendered with its chat template. */
      tokenizer_config: name.optional(),
      /** USD per million training tokens, for the cost estimate. */
      usd_per_million_tokens: z.number().min(0).optional(),
      /** Parquet files beside the JSON Lines. */
      parquet: z.boolean().default(false),
      /** Licence id of the Hub for the data set card. */
      license: name.default("unknown"),
    })
    .prefault({}),
  /** npm run stage:actions. */
  actions: z
    .strictObject({
      /** Agents' runs in SWE-smith's `tool` shape (or any trajectories). "none": leave them out. */
      swe: z
        .union([name, z.array(name).min(1)])
        .default("hf://datasets/SWE-bench/SWE-smith-trajectories/data/tool-*.parquet"),
      toolbench: z.union([name, z.array(name).min(1)]).default("tuandunghcmut/toolbench-v1"),
      /** Runs read and turns taken of a source. */
      max_swe: positive.default(5000),
      max_toolbench: positive.default(3000),
      /** Rows of the eval set. */
      max_eval: positive.default(2000),
      /** Share of the turns whose groups are kept for eval. */
      eval_fraction: fraction.default(0.1),
    })
    .prefault({}),
  offline: z
    .strictObject({
      /** Folder of recorded turns and replies, relative to the workspace. */
      dir: name.default("sample"),
      /** Recordings that are left out: "t09/challenger/1" (turn id / role / attempt). */
      leave_out: z.array(name).default([]),
    })
    .prefault({}),
});

type Deep<T> = T extends (infer U)[]
  ? readonly Deep<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;

export type ConfigFile = Deep<z.infer<typeof configSchema>>;
export type ProviderConfig = ConfigFile["provider"][string];

/** Variables that config reads by a fixed name; [provider.NAME] can name others. */
export const BUILT_IN_PROVIDERS: Readonly<Record<string, z.input<typeof providerSection>>> = {
  chutes: {
    base_url: "https://llm.chutes.ai/v1",
    base_url_env: "CHUTES_BASE_URL",
    api_key_env: "CHUTES_API_KEY",
  },
  /** Replays `[offline].dir`; sends nothing. */
  offline: {},
};
