/**
 * chain.toml + .env -> one frozen Config. The only reader of process.env. Keys and defaults
 * are in src/config-schema/; field names are the keys of chain.toml.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import TOML from "@iarna/toml";
import dotenv from "dotenv";
import { z } from "zod";
import { BUILT_IN_PROVIDERS } from "./config-schema/built-in-providers.ts";
import { configSchema, type ConfigFile } from "./config-schema/schema.ts";
import { UserError, errorCode, errorMessage } from "./errors.ts";
import { panelFault } from "./config-schema/panel-fault.ts";
import { nearestName } from "./core/text/nearest.ts";

export type Config = ConfigFile & {
  /** The workspace: an existing folder, absolute. */
  readonly root: string;
  /** Secrets and switches from the environment or .env (the environment wins). Never printed. */
  readonly env: Readonly<Record<string, string | undefined>>;
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
  return deepFreeze({
    ...withTarget({ ...file, duel: duel as ConfigFile["duel"] }),
    root,
    env: merged,
  });
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
  readonly temperature?: number | "default";
  readonly max_tokens?: number;
};

/** The panel with provider and thinking filled in, in the order of chain.toml. */
export const judgePanel = (config: ConfigFile): readonly JudgeModel[] =>
  judgesOf(config, config.judge.models);

/** Who judges the arms of `worth`, resolved as the panel is. */
export const worthJudges = (config: ConfigFile): readonly JudgeModel[] =>
  judgesOf(config, config.worth.judges);

function judgesOf(
  config: ConfigFile,
  models: ConfigFile["judge"]["models"],
): readonly JudgeModel[] {
  return models.map((entry) => {
    const model = typeof entry === "string" ? { model: entry } : entry;
    return {
      model: model.model,
      provider: ("provider" in model ? model.provider : undefined) ?? config.judge.provider,
      thinking:
        ("thinking" in model ? model.thinking : undefined) ??
        config.judge.thinking_models.includes(model.model),
      ...("temperature" in model && model.temperature !== undefined
        ? { temperature: model.temperature }
        : {}),
      ...("max_tokens" in model && model.max_tokens !== undefined
        ? { max_tokens: model.max_tokens }
        : {}),
    };
  });
}

/** The judges that a turn may be put before, in the order they are asked, and the orders asked of each. */
export function askedPanel(config: ConfigFile): {
  readonly judges: readonly JudgeModel[];
  readonly orders: ConfigFile["judge"]["orders"];
} {
  const panel = judgePanel(config);
  const { panel: mode, orders, max_judges } = config.judge;
  if (mode !== "sequential") return { judges: panel, orders };
  // Another judge tells more than the same one in the other order.
  return { judges: max_judges === "all" ? panel : panel.slice(0, max_judges), orders: "random" };
}

/** A role's fallback list with provider filled in. */
export function fallbackModels(
  role: ConfigFile["king"] | ConfigFile["challenger"],
): readonly ModelName[] {
  return role.fallback.map((entry) =>
    typeof entry === "string"
      ? { model: entry, provider: role.provider }
      : { model: entry.model, provider: entry.provider ?? role.provider },
  );
}

/** Who ranks the candidates of `strategy = "select"`: the challenger's own model unless named. */
export function rankModel(config: ConfigFile): ModelName {
  return sideModel(config.challenger.rank_model, config);
}

/** Who judges whether a challenger's answer is grounded in its history. */
export function groundingModel(config: ConfigFile): ModelName {
  return sideModel(config.audit.grounding_model, config);
}

/** Who writes refined answers: the challenger's model unless named. */
export function refineModel(config: ConfigFile): ModelName {
  return sideModel(config.refine.model, config);
}

/** The models beside the challenger's own that this configuration will ask. */
export function sideModels(config: ConfigFile): readonly ModelName[] {
  const { challenger, audit } = config;
  return [
    ...(challenger.strategy === "select" ? [rankModel(config)] : []),
    ...(audit.grounding_model === undefined ? [] : [groundingModel(config)]),
  ];
}

// ---------------------------------------------------------------------------------------------

type ModelName = { readonly model: string; readonly provider: string };

function sideModel(
  named: ConfigFile["challenger"]["rank_model"],
  { challenger }: ConfigFile,
): ModelName {
  if (named === undefined) return { provider: challenger.provider, model: challenger.model };
  if (typeof named === "string") return { provider: challenger.provider, model: named };
  return { provider: named.provider ?? challenger.provider, model: named.model };
}

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

/** With a target its candidates are what is drawn at most, and the duel's plan. */
function withTarget(file: ConfigFile): ConfigFile {
  const { accepted, max_candidates: count } = file.target;
  if (accepted === undefined || count === undefined) return file;
  const plan = file.duel.plan === "turns" ? count : file.duel.plan;
  return { ...file, source: { ...file.source, count }, duel: { ...file.duel, plan } };
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
    merged[key] = isTable(value) ? { ...builtIn(key, value), ...value } : value;
  }
  return merged;
}

/**
 * What is known of a provider. Its key goes to its own address alone: a section that names another server
 * names the key's variable as well. (That of chutes always came along, and workspaces count on it.)
 */
function builtIn(name: string, own: Table): Table {
  const { api_key_env: _key, ...known } = BUILT_IN_PROVIDERS[name] ?? {};
  const isElsewhere = own["base_url"] !== undefined || own["base_urls"] !== undefined;
  return isElsewhere && name !== "chutes" ? known : { ...BUILT_IN_PROVIDERS[name] };
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

/** " line N" of the first line that gives the value, quoted. */
function lineOfValue(text: string, value: string): string {
  const at = text
    .split("\n")
    .findIndex((line) => /\bprovider\b/.test(line) && line.includes(JSON.stringify(value)));
  return at < 0 ? "" : ` line ${at + 1}`;
}

function checkAcross(config: ConfigFile, text: string, path: string): void {
  if (config.bucket.defeat_max > config.bucket.final_min) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["bucket", "defeat_max"])}: [bucket].defeat_max is ${config.bucket.defeat_max}, over final_min ${config.bucket.final_min}`,
      "set defeat_max to at most final_min; scores below defeat_max are defeats, from final_min on final",
    );
  }
  const { accepted, max_candidates } = config.target;
  if (accepted !== undefined && (max_candidates ?? 0) < accepted) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["target", "accepted"])}: [target].accepted is ${accepted}, over max_candidates ${max_candidates ?? "(not set)"}`,
      "set max_candidates to the most turns that may be drawn for them",
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
  const found = panelFault(config, panel.length);
  if (found !== null) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["judge", found.key])}: ${found.what}`,
      found.mend,
    );
  }
  for (const provider of usedProviders(config)) {
    if (config.provider[provider] !== undefined) continue;
    const near = nearestName(provider, Object.keys(config.provider));
    throw new UserError(
      `config: ${path}${lineOfValue(text, provider)}: no section [provider.${provider}]`,
      near === null
        ? `add [provider.${provider}] with base_url and api_key_env`
        : `did you mean ${near}? Otherwise add [provider.${provider}] with base_url and api_key_env`,
    );
  }
}

/** Names of the providers that king, challenger and judges (those of [worth] too) are asked at. */
export function usedProviders(config: ConfigFile): Set<string> {
  return new Set([
    config.king.provider,
    config.challenger.provider,
    ...fallbackModels(config.king).map((model) => model.provider),
    ...fallbackModels(config.challenger).map((model) => model.provider),
    ...judgePanel(config).map((judge) => judge.provider),
    ...worthJudges(config).map((judge) => judge.provider),
  ]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
