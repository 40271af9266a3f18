/** What every builder can be told, from chain.toml [dataset] and its flags (flags win). */
import { UserError } from "../../errors.ts";
import { nearestName } from "../text/nearest.ts";
import {
  formatNamed,
  formatsFor,
  trainerNamed,
  type Format,
  type Trainer,
} from "./format-names.ts";
import type { MadeWith } from "./provenance.ts";
import { historyWanted, type HistoryWanted } from "./shortened.ts";

export const GROUPINGS = ["repo", "instance"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Who renders a model's chat template; "auto": transformers where training/.venv is there. */
export const TEMPLATE_ENGINES = ["auto", "transformers", "jinja"] as const;
export type TemplateEngineName = (typeof TEMPLATE_ENGINES)[number];

export type DatasetSettings = {
  /** At least one, none twice; the first one's files are at the top of the folder. */
  readonly formats: readonly Format[];
  /** The trainer whose forms are written; null: plain ones. */
  readonly trainer: Trainer | null;
  /** 0..1 */
  readonly valFraction: number;
  readonly groupBy: Grouping;
  readonly seed: number;
  /** null: no limit. */
  readonly maxTokens: number | null;
  /** 0..1; 0: exact duplicates alone. */
  readonly nearDuplicate: number;
  /** null: no cost estimate. */
  readonly usdPerMillionTokens: number | null;
  readonly parquet: boolean;
  readonly license: string;
  /** Paths; null: estimated tokens, plain ChatML. */
  readonly tokenizer: string | null;
  readonly tokenizerConfig: string | null;
  readonly templateEngine: TemplateEngineName;
  /** What a template's `strftime_now` says; null: when the build began. */
  readonly templateDate: string | null;
  /** Secrets are masked in every text of a row; false: the person says that the source holds none. */
  readonly mask: boolean;
  /** E-mail addresses as well. */
  readonly maskEmails: boolean;
  /** Replace what an earlier run left. */
  readonly force: boolean;
  /** Instances that no row may come from: [source].exclude_ids. */
  readonly excludeIds: readonly string[];
  /** Histories are made shorter; absent: they are whole. */
  readonly history?: HistoryWanted;
  /** What every row says of how it was made; absent: nothing. */
  readonly madeWith?: MadeWith;
};

/** The [dataset] section of chain.toml, as far as the spine needs it. */
export type DatasetSection = {
  readonly formats: readonly string[];
  readonly val_fraction: number;
  readonly group_by: Grouping;
  readonly seed: number;
  readonly max_tokens?: number | undefined;
  readonly near_duplicate: number;
  readonly usd_per_million_tokens?: number | undefined;
  readonly parquet: boolean;
  readonly license: string;
  readonly tokenizer?: string | undefined;
  readonly tokenizer_config?: string | undefined;
  readonly template_engine: TemplateEngineName;
  readonly template_date?: string | undefined;
  readonly history?: string | undefined;
};

/** Flags as they were typed; absent ones fall back to chain.toml. */
export type DatasetFlags = {
  /** Each may hold several names with commas. */
  readonly format?: readonly string[];
  /** A trainer. */
  readonly for?: string;
  readonly valFraction?: string;
  readonly groupBy?: string;
  readonly seed?: string;
  readonly maxTokens?: number;
  /** "last:N" or "fit". */
  readonly history?: string;
  readonly nearDuplicate?: string;
  readonly price?: string;
  readonly parquet?: boolean;
  readonly license?: string;
  readonly tokenizer?: string;
  readonly tokenizerConfig?: string;
  /** False by --no-mask. */
  readonly mask?: boolean;
  readonly force: boolean;
};

/** What other sections of chain.toml say of every set. */
export type SetWide = {
  /** [source].exclude_ids. */
  readonly excludeIds?: readonly string[];
  /** [audit].mask_emails. */
  readonly maskEmails: boolean;
  readonly madeWith?: MadeWith;
};

/** @throws UserError for an unknown format or grouping (nearest name) and for numbers out of range. */
export function datasetSettings(
  section: DatasetSection,
  flags: DatasetFlags,
  { excludeIds = [], maskEmails, madeWith }: SetWide,
): DatasetSettings {
  const trainer = flags.for === undefined ? null : trainerNamed(flags.for.trim());
  const names =
    flags.format?.flatMap((given) => given.split(",")) ??
    (trainer === null ? section.formats : formatsFor(trainer));
  const maxTokens = flags.maxTokens ?? section.max_tokens ?? null;
  const history = flags.history ?? section.history;
  const formats = [...new Set(names.map((name) => formatNamed(name.trim())))];
  return {
    formats,
    trainer,
    valFraction: fractionOf("--val-fraction", flags.valFraction, section.val_fraction),
    groupBy: groupingNamed(flags.groupBy ?? section.group_by),
    seed: seedOf(flags.seed, section.seed),
    maxTokens,
    nearDuplicate: fractionOf("--near-duplicate", flags.nearDuplicate, section.near_duplicate),
    usdPerMillionTokens: priceOf(flags.price) ?? section.usd_per_million_tokens ?? null,
    // verl reads nothing else.
    parquet: trainer === "verl" || (flags.parquet ?? section.parquet),
    license: flags.license ?? section.license,
    tokenizer: flags.tokenizer ?? section.tokenizer ?? null,
    tokenizerConfig: flags.tokenizerConfig ?? section.tokenizer_config ?? null,
    templateEngine: section.template_engine,
    templateDate: section.template_date ?? null,
    mask: flags.mask ?? true,
    maskEmails,
    force: flags.force,
    excludeIds,
    ...(madeWith === undefined ? {} : { madeWith }),
    ...(history === undefined ? {} : { history: historyWanted(history, maxTokens) }),
  };
}

// ---------------------------------------------------------------------------------------------

function groupingNamed(name: string): Grouping {
  const grouping = GROUPINGS.find((known) => known === name);
  if (grouping !== undefined) return grouping;
  const near = nearestName(name, GROUPINGS);
  throw new UserError(
    `unknown grouping "${name}"; known are ${GROUPINGS.join(", ")}`,
    `use --group-by ${near ?? "repo"}`,
  );
}

function fractionOf(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= 0 && number <= 1) return number;
  throw new UserError(
    `${flag} is "${text}"; expected a number from 0 to 1`,
    `for example ${flag} 0.1`,
  );
}

function seedOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = text.trim() === "" ? NaN : Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new UserError(`--seed is "${text}"; expected a whole number`, "for example --seed 42");
}

function priceOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= 0 && Number.isFinite(number)) return number;
  throw new UserError(
    `--price is "${text}"; expected USD per million tokens`,
    "for example --price 3.5",
  );
}
