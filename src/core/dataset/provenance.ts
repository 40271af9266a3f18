/** Where a row comes from and who wrote its words, the same keys in the rows of every builder. */
import { escapeMarkdown } from "../report/markdown.ts";
import type { Example, Metadata } from "./example.ts";

export type Provenance = {
  /** The run's id; "" where the row is of no run. */
  readonly run: string;
  /** 0-based among the run's assistant messages; -1: of no turn. */
  readonly turn: number;
  /** The data set or file that it was read from; "" where nobody wrote it down. */
  readonly origin: string;
  /** Who wrote the answers: names of models, "a, b" where there are two; "" where nobody knows. */
  readonly models: string;
};

/** The set's own part, told by who builds it. */
export type MadeWith = {
  /** Of chain.toml as it was in force. */
  readonly configHash: string;
  /** Of this program. */
  readonly version: string;
  /** Licences that chain.toml names, by data set or file. */
  readonly licenses: Readonly<Record<string, string>>;
};

/** The data set that a turn came from, or the name of its file: never where that lies on a disk. */
export function originName(
  origin: { readonly dataset: string | null; readonly file: string | null } | undefined,
): string {
  const dataset = origin?.dataset ?? "";
  return hubName(dataset) ?? fileName(origin?.file || dataset);
}

/** The same of several names as they were given. */
export const originNames = (names: readonly string[]): string =>
  [...new Set(names.map((dataset) => originName({ dataset, file: null })))].join(", ");

/** "owner/name" of what may be a data set of the Hub; null: it is a path. */
function hubName(name: string): string | null {
  const [, found] = /^(?:hf:\/\/datasets\/)?([\w-][\w.-]*\/[\w-][\w.-]*)/.exec(name) ?? [];
  if (found === undefined) return null;
  if (name.startsWith("hf://")) return found;
  return found === name && !/\.(?:jsonl?|ndjson|parquet|gz|zst|db|sqlite|traj|eval)$/i.test(name)
    ? name
    : null;
}

const fileName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? "";

/** Metadata of a row with where it comes from. */
export function withProvenance(metadata: Metadata, from: Provenance): Metadata {
  return { ...metadata, ...from };
}

/** The example with what its whole set has in common; its licence is its origin's. */
export function signed(example: Example, { configHash, version, licenses }: MadeWith): Example {
  const { metadata } = example;
  const origin = metadata["origin"];
  return {
    ...example,
    metadata: {
      ...metadata,
      origin_license: typeof origin === "string" ? licenseOf(origin, licenses) : UNKNOWN,
      config_hash: configHash,
      made_with: `kingmaker ${version}`,
    },
  };
}

/** By chain.toml, else by the card that the data set had when this was written; "unknown" otherwise. */
export function licenseOf(origin: string, licenses: Readonly<Record<string, string>>): string {
  const named = origin.split(", ").map((name) => licenses[name] ?? KNOWN[name] ?? UNKNOWN);
  return [...new Set(named)].join(", ");
}

/** Names of models, each once, without those that nobody knows. */
export const modelNames = (...names: readonly (string | null | undefined)[]): string =>
  [...new Set(names.filter((name) => name !== null && name !== undefined && name !== ""))].join(
    ", ",
  );

/**
 * What the card says of those who wrote answers. Terms change and are read by nobody here: what may stand
 * in the way is named, and the person's to check.
 * @param rows by what stands in `models`.
 */
export function modelSection(rows: Readonly<Record<string, number>>): string[] {
  const counts = new Map<string, number>();
  for (const [names, n] of Object.entries(rows)) {
    for (const name of names.split(", ")) {
      if (name !== "") counts.set(name, (counts.get(name) ?? 0) + n);
    }
  }
  if (counts.size === 0) return [];
  return [
    "## Who wrote the answers",
    "",
    "The terms of a model or of its provider may restrict training on its outputs. That is yours to check, before you train and before you publish:",
    "",
    "| model | rows | to check |",
    "|---|---:|---|",
    ...[...counts].map(([name, n]) => `| ${escapeMarkdown(name)} | ${n} | ${toCheck(name)} |`),
    "",
    "Histories hold words of the runs' own models as well; see the sources.",
    "",
  ];
}

// ---------------------------------------------------------------------------------------------

const UNKNOWN = "unknown";

/** As the data sets' cards name them (2026-11). */
const KNOWN: Readonly<Record<string, string>> = {
  "AlienKevin/SWE-ZERO-12M-trajectories": "apache-2.0",
  "nebius/SWE-rebench-V2-PRs": "cc-by-4.0",
  "tuandunghcmut/toolbench-v1": "apache-2.0",
};

/** Families whose terms speak of training other models, or whose weights come with a licence of their own. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)(?:gpt-(?!oss)|chatgpt|o[1-9](?:-|$)|codex)/i, "OpenAI's terms (competing models)"],
  [/(?:^|\/)claude/i, "Anthropic's terms (competing models)"],
  [/(?:^|\/)gemini/i, "Google's terms (competing models)"],
  [/(?:^|\/)grok/i, "xAI's terms (competing models)"],
  [/(?:^|\/)(?:meta-)?llama/i, "the Llama licence (names of derived models)"],
  [/(?:^|\/)gemma/i, "the Gemma terms (derived models)"],
  [/(?:^|\/)command/i, "the licence of the weights (non-commercial)"],
];

const toCheck = (name: string): string =>
  FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ??
  "the licence of the weights and the provider's terms";
