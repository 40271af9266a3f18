/** dataset_stats.json and the summary of a set: what was read, kept, grouped, split and left out. */
import type { Format } from "./format-names.ts";
import { lengthStats, type Counted } from "./lengths.ts";
import type { Merged } from "./merge.ts";
import type { RowIndex } from "./row-index.ts";
import type { DatasetSettings } from "./settings.ts";
import type { SplitPlan } from "./split.ts";
import { tokenStats, type Counter } from "./stats.ts";

/** Rows and bytes of a format, a number a split. */
export type Sizes = readonly {
  readonly format: Format;
  readonly rows: readonly number[];
  /** Of the JSON Lines. */
  readonly bytes: readonly number[];
}[];

export type SetFacts = {
  readonly builder: string;
  readonly settings: DatasetSettings;
  readonly index: RowIndex;
  readonly counts: Readonly<
    Record<"kinds" | "unasked" | "filtered" | "refused" | "masked", Counter>
  >;
  readonly merged: Merged;
  /** Whose row the longest is. */
  readonly longestRow: string;
  readonly plan: SplitPlan;
  readonly sizes: Sizes;
  /** Sentences of the builder. */
  readonly notes: readonly string[];
  /** Further fields of the builder. */
  readonly more: Readonly<Record<string, unknown>>;
};

export type SetStats = ReturnType<typeof setStats>;

/** What dataset_stats.json holds, without the list of files. */
export function setStats({ settings, index, counts, merged, plan, sizes, ...facts }: SetFacts) {
  const tokens = tokenStats(index.tokens, settings.tokenizer !== null);
  const price = settings.usdPerMillionTokens;
  const first = sizes[0]?.rows ?? [];
  return {
    builder: facts.builder,
    ...Object.fromEntries(plan.names.map((name, at) => [`${name}_size`, first[at] ?? 0])),
    rows: index.rows,
    /** Rows of splits that were dealt and not written. */
    ...(Object.keys(plan.heldOut).length === 0 ? {} : { held_out: plan.heldOut }),
    kinds: counts.kinds.counts(),
    kinds_without_a_format: counts.unasked.counts(),
    filter_reasons: counts.filtered.counts(),
    format_reasons: counts.refused.counts(),
    formats: Object.fromEntries(
      sizes.map(({ format, rows }) => [
        format,
        Object.fromEntries(plan.names.map((name, at) => [name, rows[at] ?? 0])),
      ]),
    ),
    groups: {
      by: settings.groupBy,
      count: index.groups.length,
      merged: merged.count,
      merges_for_exact_duplicates: merged.exactMerges,
      merges_for_near_duplicates: merged.nearMerges,
      exact_duplicate_rows: merged.exactRows,
    },
    tokens,
    lengths: lengthStats(index.lengths, facts.longestRow, countedBy(settings)),
    usd_per_million_tokens: price,
    cost_usd: price === null ? null : Math.round(tokens.total * price) / 1e6,
    seed: settings.seed,
    val_fraction: settings.valFraction,
    near_duplicate: settings.nearDuplicate,
    max_tokens: settings.maxTokens,
    ...(settings.history === undefined ? {} : { history: settings.history }),
    /** Rows by kind; null: --no-mask. */
    masked_secrets: settings.mask ? counts.masked.counts() : null,
    notes: [...plan.notes, ...facts.notes, ...maskNotes(settings.mask, counts.masked.counts())],
    ...facts.more,
  };
}

function countedBy({ tokenizer, tokenizerConfig }: DatasetSettings): Counted {
  if (tokenizer === null) return "estimate";
  return tokenizerConfig === null ? "tokenizer" : "template";
}

// ---------------------------------------------------------------------------------------------

/** What the card says of secrets. */
function maskNotes(mask: boolean, found: Readonly<Record<string, number>>): string[] {
  if (!mask)
    return [
      "Nothing was masked (--no-mask): whoever built the set says that its source holds no secrets",
    ];
  const kinds = Object.entries(found).map(([kind, n]) => `${kind} ${n}`);
  return kinds.length === 0 ? [] : [`Secrets were masked, rows by kind: ${kinds.join(", ")}`];
}
