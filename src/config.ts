/**
 * chain.toml + .env -> one frozen Config. The only reader of process.env, and the only home of
 * defaults. Field names are the keys of chain.toml.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import TOML from "@iarna/toml";
import dotenv from "dotenv";
import { z } from "zod";
import { UserError, errorCode, errorMessage } from "./errors.ts";
import { nearestName } from "./core/text/nearest.ts";

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

const configSchema = z.strictObject({
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
      spread: z.enum(["rows", "windows", "groups"]).default("rows"),
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
      formats: z
        .array(
          z.enum([
            "chatml",
            "alpaca",
            "sharegpt",
            "openai",
            "prompt-completion",
            "preference",
            "kto",
          ]),
        )
        .default(["openai"]),
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

export type Config = ConfigFile & {
  /** The workspace: an existing folder, absolute. */
  readonly root: string;
  /** Secrets and switches from the environment or .env (the environment wins). Never printed. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

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

/**
 * Reads chain.toml and .env of a workspace. A missing chain.toml means all defaults.
 * @throws UserError for a folder that is not there, a syntax error (line, column), an unknown key
 *   (nearest known one), a wrong type or range (line).
 */
export function loadConfig(
  root: string,
  env: Record<string, string | undefined> = process.env,
): Config {
  const path = join(root, "chain.toml");
  const text = readOptional(path);
  const file = parseConfig(text ?? "", path);
  const dotEnv = readOptional(join(root, ".env"));
  const merged = { ...(dotEnv === null ? {} : dotenv.parse(dotEnv)), ...env };
  const mode = merged["DUEL_MODE"];
  if (mode !== undefined && mode !== "" && mode !== "1" && mode !== "2") {
    throw new UserError(
      `config: DUEL_MODE is "${mode}"; expected 1 (against the reference) or 2 (against the king)`,
      "set DUEL_MODE=1 or DUEL_MODE=2, or unset it to use [duel].mode of chain.toml",
    );
  }
  const duel =
    mode === "1" || mode === "2" ? { ...file.duel, mode: mode === "1" ? 1 : 2 } : file.duel;
  return deepFreeze({ ...file, duel: duel as ConfigFile["duel"], root, env: merged });
}

/** All defaults in effect, for `npm run config` and tests. */
export function parseConfig(text: string, path: string): ConfigFile {
  const raw = parseToml(text, path);
  const withBuiltIns = {
    ...raw,
    provider: mergeProviders(
      isTable(raw["provider"]) ? raw["provider"] : undefined,
      raw["provider"],
    ),
  };
  const parsed = configSchema.safeParse(withBuiltIns);
  if (!parsed.success) throw configError(parsed.error, text, path, raw);
  const config = parsed.data as ConfigFile;
  checkAcross(config, text, path);
  return config;
}

/** Every key of chain.toml as "section.key"; those of a provider as "provider.NAME.key". */
export function configKeys(): readonly string[] {
  return Object.keys(configSchema.shape).flatMap((section) => {
    const path = section === "provider" ? ["provider", "NAME"] : [section];
    return keysAt(path).map((key) => [...path, key].join("."));
  });
}

/** The section a role's model belongs to, resolved: judge tables and plain names alike. */
export type JudgeModel = {
  readonly model: string;
  readonly provider: string;
  readonly thinking: boolean;
};

/** The panel with provider and thinking filled in, in the order of chain.toml. */
export function judgePanel(config: ConfigFile): readonly JudgeModel[] {
  return config.judge.models.map((entry) => {
    const model = typeof entry === "string" ? { model: entry } : entry;
    return {
      model: model.model,
      provider: ("provider" in model ? model.provider : undefined) ?? config.judge.provider,
      thinking:
        ("thinking" in model ? model.thinking : undefined) ??
        config.judge.thinking_models.includes(model.model),
    };
  });
}

/** A role's fallback list with provider filled in. */
export function fallbackModels(
  role: ConfigFile["king"] | ConfigFile["challenger"],
): readonly { model: string; provider: string }[] {
  return role.fallback.map((entry) =>
    typeof entry === "string"
      ? { model: entry, provider: role.provider }
      : { model: entry.model, provider: entry.provider ?? role.provider },
  );
}

// ---------------------------------------------------------------------------------------------

function readOptional(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw new UserError(
      `config: ${path} cannot be read (${errorCode(error)})`,
      "make it a file that you may read, or remove it to use the defaults",
      { cause: error },
    );
  }
}

type Table = Record<string, unknown>;
const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseToml(text: string, path: string): Table {
  try {
    return TOML.parse(text.replace(/^\uFEFF/, "")) as Table;
  } catch (error) {
    const at = error as { line?: number; col?: number };
    const where = at.line === undefined ? "" : ` line ${at.line + 1}, column ${(at.col ?? 0) + 1}`;
    const why = (errorMessage(error).split("\n")[0] ?? "").replace(
      / at row \d+, col \d+, pos \d+:?$/,
      "",
    );
    throw new UserError(
      `config: ${path}${where} is not valid TOML: ${why}`,
      `mend that line; \`npm run config\` prints every key with its default`,
      { cause: error },
    );
  }
}

function mergeProviders(given: Table | undefined, raw: unknown): unknown {
  if (raw !== undefined && given === undefined) return raw;
  const merged: Table = { ...BUILT_IN_PROVIDERS };
  for (const [key, value] of Object.entries(given ?? {})) {
    merged[key] = isTable(value) ? { ...BUILT_IN_PROVIDERS[key], ...value } : value;
  }
  return merged;
}

function configError(error: z.ZodError, text: string, path: string, raw: Table): UserError {
  const issue = error.issues[0];
  if (issue === undefined)
    return new UserError(`config: ${path} is not valid`, "compare it with `npm run config`");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = keysAt(issue.path);
    const near = nearestName(key, known);
    const where = issue.path.length === 0 ? key : `[${issue.path.join(".")}].${key}`;
    return new UserError(
      `config: ${path}${lineOf(text, [...issue.path, key])}: unknown key ${where}`,
      near === null ? `known keys there: ${known.join(", ")}` : `did you mean ${near}?`,
    );
  }
  const at = issue.path;
  const value = at.reduce<unknown>(
    (node, key) =>
      isTable(node) || Array.isArray(node) ? (node as Table)[String(key)] : undefined,
    raw,
  );
  const label =
    at.length > 1 ? `[${at.slice(0, -1).join(".")}].${String(at.at(-1))}` : `[${at.join(".")}]`;
  return new UserError(
    `config: ${path}${lineOf(text, at)}: ${label} is ${JSON.stringify(value) ?? "missing"}; ${issue.message}`,
    `edit it; \`npm run config\` prints every key with its default`,
  );
}

/** Known keys of the strict table at `path`. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let node: unknown = configSchema;
  for (const key of path) {
    node = unwrap(node);
    if (node instanceof z.ZodObject) node = (node.shape as Record<string, unknown>)[String(key)];
    else if (node instanceof z.ZodRecord) node = node.valueType;
    else return [];
  }
  node = unwrap(node);
  return node instanceof z.ZodObject ? Object.keys(node.shape as object) : [];
}

function unwrap(node: unknown): unknown {
  let inner = node;
  while (
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodOptional
  ) {
    inner = inner.def.innerType;
  }
  return inner;
}

/** " line N" of a key in the text, or "" when it cannot be found (inline tables, dotted keys). */
function lineOf(text: string, path: readonly PropertyKey[]): string {
  const key = String(path.at(-1) ?? "");
  const section = path.slice(0, -1).join(".");
  let current = "";
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line);
    if (header) {
      current = (header[1] ?? "").replaceAll('"', "");
      if (current === path.join(".")) return ` line ${index + 1}`;
    } else if (current === section && line.trimStart().replace(/^"/, "").startsWith(key)) {
      return ` line ${index + 1}`;
    }
  }
  return "";
}

function checkAcross(config: ConfigFile, text: string, path: string): void {
  if (config.bucket.defeat_max > config.bucket.final_min) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["bucket", "defeat_max"])}: [bucket].defeat_max is ${config.bucket.defeat_max}, over final_min ${config.bucket.final_min}`,
      "set defeat_max to at most final_min; scores below defeat_max are defeats, from final_min on final",
    );
  }
  const panel = judgePanel(config).map((judge) => judge.model);
  const twice = panel.find((model, index) => panel.indexOf(model) !== index);
  if (twice !== undefined) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["judge", "models"])}: [judge].models names ${twice} twice`,
      "name every judge once: the same model twice would count as two opinions",
    );
  }
  if (config.judge.quorum > panel.length) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["judge", "quorum"])}: [judge].quorum is ${config.judge.quorum}, but the panel has ${panel.length} judge${panel.length === 1 ? "" : "s"}`,
      `set quorum to at most ${panel.length}, or name more judges`,
    );
  }
  for (const provider of usedProviders(config)) {
    if (config.provider[provider] !== undefined) continue;
    const near = nearestName(provider, Object.keys(config.provider));
    throw new UserError(
      `config: ${path}: no section [provider.${provider}]`,
      near === null
        ? `add [provider.${provider}] with base_url and api_key_env`
        : `did you mean ${near}? Otherwise add [provider.${provider}] with base_url and api_key_env`,
    );
  }
}

function usedProviders(config: ConfigFile): Set<string> {
  return new Set([
    config.king.provider,
    config.challenger.provider,
    ...fallbackModels(config.king).map((model) => model.provider),
    ...fallbackModels(config.challenger).map((model) => model.provider),
    ...judgePanel(config).map((judge) => judge.provider),
  ]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
