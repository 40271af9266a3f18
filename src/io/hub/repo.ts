/** A data set of the Hub: its commit, its files, and which of them make up a config and split. */
import { datasetInfo, listFiles } from "@huggingface/hub";
import picomatch from "picomatch";
import { UserError } from "../../errors.ts";
import type { HubClient } from "./http.ts";

export type HubSpec = {
  readonly endpoint: string;
  /** "owner/name". */
  readonly name: string;
  /** Branch, tag or commit; null: the main branch. */
  readonly revision: string | null;
  readonly config: string | null;
  readonly split: string | null;
  /** Glob over paths in the repository; null: what config and split say. */
  readonly paths: string | null;
  readonly hasToken: boolean;
  /** The key of chain.toml, for errors. */
  readonly key: string;
};

export type HubFile = { readonly path: string; readonly size: number };

export type HubRepo = {
  readonly name: string;
  readonly commit: string;
  readonly files: readonly HubFile[];
  /** Config and split of the files; null when a path glob chose them. */
  readonly config: string | null;
  readonly split: string | null;
};

/**
 * Resolves the revision to a commit and picks the files.
 * @throws UserError for an unknown data set, revision, config, split or path (the ones there are
 *   listed), for a private one without a token, and for a token that is refused.
 */
export async function openRepo(client: HubClient, spec: HubSpec): Promise<HubRepo> {
  const fetch = hubFetch(client, spec);
  const at = { name: spec.name, hubUrl: spec.endpoint, fetch };
  const info: Info = await datasetInfo({
    ...at,
    additionalFields: ["sha", "cardData"],
    ...(spec.revision === null ? {} : { revision: spec.revision }),
  });
  const commit = info.sha;
  if (typeof commit !== "string") throw strange(spec, "it names no commit");
  const files: HubFile[] = [];
  const listing = listFiles({
    repo: { type: "dataset", name: spec.name },
    revision: commit,
    recursive: true,
    hubUrl: spec.endpoint,
    fetch,
  });
  for await (const entry of listing) {
    if (entry.type === "file")
      files.push({ path: entry.path, size: entry.lfs?.size ?? entry.size });
  }
  const data = files.filter((file) => DATA_FILE.test(file.path));
  return { name: spec.name, commit, ...pick(spec, data, configsOf(info.cardData)) };
}

/** Where a file's bytes are. */
export function resolveUrl(endpoint: string, name: string, commit: string, path: string): string {
  return `${endpoint}/datasets/${name}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

// ---------------------------------------------------------------------------------------------

type Info = { readonly sha?: unknown; readonly cardData?: unknown };

const DATA_FILE = /\.(parquet|jsonl|ndjson|json)(\.gz)?$/i;

/** The library's fetch: our retries, and our words for what the Hub refuses. */
function hubFetch(client: HubClient, spec: HubSpec): typeof globalThis.fetch {
  return async (input) => {
    const response = await client.get(input instanceof Request ? input.url : String(input));
    if (response.ok) return response;
    throw await refusal(client, spec, response);
  };
}

async function refusal(client: HubClient, spec: HubSpec, response: Response): Promise<UserError> {
  const code = response.headers.get("x-error-code") ?? "";
  const { name, revision, endpoint, key } = spec;
  if (code === "RevisionNotFound") {
    const refs = await client.json(`${endpoint}/api/datasets/${name}/refs`);
    return new UserError(
      `the data set ${name} has no revision "${revision ?? "main"}"; it has ${listed(refNames(refs.value))}`,
      `name one of them after "@" in ${key}, or a full commit`,
    );
  }
  if (code === "GatedRepo" || response.status === 403) {
    return new UserError(
      `the data set ${name} is gated, and this ${spec.hasToken ? "token may not read it" : "session has no token"}`,
      `ask for access at ${endpoint}/datasets/${name}, and set HF_TOKEN in .env`,
    );
  }
  if (response.status === 401 && spec.hasToken) {
    return new UserError(
      `the Hub refuses the token for the data set ${name} (HTTP 401)`,
      "set HF_TOKEN (or HUGGINGFACE_API_KEY) in .env to a token that is valid and may read it",
    );
  }
  if (response.status === 401 || response.status === 404) {
    return new UserError(
      `there is no data set ${name} on ${endpoint}${spec.hasToken ? "" : ", or it is private and no token is set"}`,
      `check the name in ${key}; for a private one set HF_TOKEN in .env`,
    );
  }
  return strange(spec, `HTTP ${response.status}`);
}

function strange(spec: HubSpec, why: string): UserError {
  return new UserError(
    `the Hub's answer about the data set ${spec.name} is of no use: ${why}`,
    `check HF_ENDPOINT (now ${spec.endpoint})`,
  );
}

function refNames(value: unknown): string[] {
  if (!isRecord(value)) return [];
  return [value["branches"], value["tags"]]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .flatMap((ref) => (isRecord(ref) && typeof ref["name"] === "string" ? [ref["name"]] : []));
}

type Configs = readonly {
  readonly name: string;
  readonly splits: readonly { readonly split: string; readonly globs: readonly string[] }[];
}[];

/** The `configs` of a data set card: config_name, data_files as one glob, several, or by split. */
function configsOf(card: unknown): Configs {
  const configs = isRecord(card) ? card["configs"] : undefined;
  if (!Array.isArray(configs)) return [];
  return configs.filter(isRecord).map((config) => ({
    name: typeof config["config_name"] === "string" ? config["config_name"] : "default",
    splits: [config["data_files"]].flat().flatMap((entry) => {
      if (typeof entry === "string") return [{ split: "train", globs: [entry] }];
      if (!isRecord(entry)) return [];
      const globs = [entry["path"]].flat().filter((path) => typeof path === "string");
      return [{ split: typeof entry["split"] === "string" ? entry["split"] : "train", globs }];
    }),
  }));
}

function pick(
  spec: HubSpec,
  files: readonly HubFile[],
  configs: Configs,
): Pick<HubRepo, "files" | "config" | "split"> {
  if (spec.paths !== null) {
    const isMatch = picomatch(spec.paths);
    const chosen = sorted(files.filter((file) => isMatch(file.path)));
    if (chosen.length === 0) throw noFiles(spec, `no data file matches "${spec.paths}"`, files);
    return { files: chosen, config: null, split: null };
  }
  if (files.length === 0) throw noFiles(spec, "it has no data files that are read", files);
  const known = configs.some((config) => config.splits.length > 0) ? configs : [guessed(files)];
  const names = known.map((config) => config.name);
  const config = spec.config ?? (names.includes("default") ? "default" : (names[0] ?? "default"));
  const splits = known.find((one) => one.name === config)?.splits;
  if (splits === undefined) throw unknown(spec, "config", config, names);
  const splitNames = splits.map((one) => one.split);
  const split = spec.split ?? (splitNames.includes("train") ? "train" : (splitNames[0] ?? "train"));
  const globs = splits.find((one) => one.split === split)?.globs;
  if (globs === undefined) throw unknown(spec, "split", split, splitNames);
  const isMatch = picomatch([...globs]);
  const chosen = sorted(files.filter((file) => isMatch(file.path)));
  if (chosen.length === 0) throw noFiles(spec, `no data file matches "${globs.join(", ")}"`, files);
  // Parquet and JSON of the same rows may lie side by side: one kind is read.
  const parquet = chosen.filter((file) => file.path.endsWith(".parquet"));
  return { files: parquet.length > 0 ? parquet : chosen, config, split };
}

const SPLIT_WORD = /(?:^|[/_.-])(train|test|validation|valid|dev|val)(?=[/_.-]|$)/;

/** Without a card's word, splits are told by the names of the files, as the Hub's viewer does. */
function guessed(files: readonly HubFile[]): Configs[number] {
  const bySplit = new Map<string, string[]>();
  for (const { path } of files) {
    const word = SPLIT_WORD.exec(path)?.[1] ?? "train";
    const split = word === "train" || word === "test" ? word : "validation";
    bySplit.set(split, [...(bySplit.get(split) ?? []), path.replace(/[\\*?[\]{}()!+@]/g, "\\$&")]);
  }
  return {
    name: "default",
    splits: [...bySplit].map(([split, globs]) => ({ split, globs })),
  };
}

function unknown(
  spec: HubSpec,
  what: "config" | "split",
  asked: string,
  there: readonly string[],
): UserError {
  return new UserError(
    `the data set ${spec.name} has no ${what} "${asked}"; it has ${listed(there)}`,
    `set ${what} in chain.toml [source] to one of them`,
  );
}

function noFiles(spec: HubSpec, why: string, files: readonly HubFile[]): UserError {
  return new UserError(
    `the data set ${spec.name}: ${why}; its data files are ${listed(files.map((file) => file.path))}`,
    `readable are .parquet, .jsonl and .json (also .gz); name others in ${spec.key}, as owner/name/path/*.parquet`,
  );
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  return names.length <= 12
    ? names.join(", ")
    : `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;
}

function sorted(files: readonly HubFile[]): HubFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
