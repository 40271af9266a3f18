/**
 * chain.toml + .env -> one frozen Config. The only reader of process.env. Keys and defaults
 * are in src/config-schema/, what is read and said of the text in src/config/; field names are the keys of
 * chain.toml.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import dotenv from "dotenv";
import { BUILT_IN_PROVIDERS } from "./config-schema/built-in-providers.ts";
import { configSchema, type ConfigFile } from "./config-schema/schema.ts";
import { checkAcross } from "./config/across.ts";
import { configError } from "./config/faults.ts";
import { isTable, parseToml, type Table } from "./config/toml.ts";
import { UserError, errorCode } from "./errors.ts";

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
  const merged = loadEnv(root, env);
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

/** What of the environment and .env a workspace sees, whatever its chain.toml says. @throws UserError for an .env that cannot be read. */
export function loadEnv(
  root: string,
  env: Record<string, string | undefined> = process.env,
): Config["env"] {
  const dotEnv = readOptional(join(root, ".env"));
  return { ...(dotEnv === null ? {} : dotenv.parse(dotEnv)), ...env };
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

/** With a target its candidates are what is drawn at most, and the duel's plan. */
function withTarget(file: ConfigFile): ConfigFile {
  const { accepted, max_candidates: count } = file.target;
  if (accepted === undefined || count === undefined) return file;
  const plan = file.duel.plan === "turns" ? count : file.duel.plan;
  return { ...file, source: { ...file.source, count }, duel: { ...file.duel, plan } };
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

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
