/**
 * The spine of all training-set builders: rows as they come -> formats -> groups -> splits -> files,
 * statistics and card in one folder. It streams: what stays in memory is about 100 bytes a row.
 *
 * A builder is an async generator of examples and skips, and a call:
 *
 *     async function* rows(): AsyncGenerator<Built> {
 *       yield { ok: true, example: { kind: "sft", prompt, answer, group: repo, metadata: { instance_id } } };
 *       yield { ok: false, skip: { instance_id, reason: "empty_patch", source_fields: {}, length: 0 } };
 *     }
 *     const set = await writeDataset(rows(), { builder: "repair", output, settings, card });
 *     return set.summary;
 */
import { resolve } from "node:path";
import { UserError } from "../errors.ts";
import { dataFile, renderCard, type CardText } from "../core/dataset/card.ts";
import { columnsSeen } from "../core/dataset/columns.ts";
import type { Built, Example, Skip } from "../core/dataset/example.ts";
import { takes, writeRow, type Format, type RenderText } from "../core/dataset/formats.ts";
import { mergeGroups } from "../core/dataset/merge.ts";
import { numberList, rowIndex, type NumberList } from "../core/dataset/row-index.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import { planSplits, type SplitAsked, type SplitPlan } from "../core/dataset/split.ts";
import { counter, reasonTable, tokenStats } from "../core/dataset/stats.ts";
import { estimateTokens, type CountTokens } from "../core/dataset/tokens.ts";
import { beginFolder, STATS_FILE, type OutputFolder } from "../io/dataset/folder.ts";
import { openLineWriter, readPieces, type LineWriter } from "../io/dataset/spool.ts";
import { readJsonFile } from "../io/json-file.ts";
import type { StageSummary } from "../work.ts";

export type DatasetSpec = {
  /** As in the summary and in dataset_stats.json: "repair". */
  readonly builder: string;
  /** The folder, absolute. */
  readonly output: string;
  readonly settings: DatasetSettings;
  readonly card: CardText;
  /** @default train, and val by settings.valFraction */
  readonly splits?: { readonly first: string; readonly others: readonly SplitAsked[] };
  /** Further fields of dataset_stats.json; asked for when all rows have passed. */
  readonly stats?: () => Readonly<Record<string, unknown>>;
  /** Source rows read and kept, where they are no examples: an attempt makes several pairs or none. */
  readonly counts?: () => { readonly read: number; readonly kept: number };
  /** Sentences for the person, asked for when all rows have passed. */
  readonly notes?: () => readonly string[];
};

export type WrittenDataset = {
  readonly summary: StageSummary;
  /** What dataset_stats.json holds. */
  readonly stats: Readonly<Record<string, unknown>>;
};

/**
 * Writes a set.
 * @param rows the builder's stream, or a function that makes it, given a scratch folder that goes away
 *   with the run. @throws UserError when the folder is not empty (without `force`), when nothing is
 * left (with a table of reasons), and for a tokenizer or template that cannot be used.
 */
export async function writeDataset(
  rows: AsyncIterable<Built> | ((scratch: string) => AsyncIterable<Built>),
  spec: DatasetSpec,
): Promise<WrittenDataset> {
  const text = await textSettings(spec.settings);
  const folder = await beginFolder(spec.output, spec.settings.force);
  try {
    const stream = typeof rows === "function" ? rows(await folder.path(SPOOL)) : rows;
    const collected = await collect(stream, spec.settings.formats, text, folder, spec.settings);
    if (collected.index.rows === 0) throw nothingLeft(spec.builder, collected.reasons.counts());
    const merged = mergeGroups(collected.index, spec.settings.nearDuplicate);
    const plan = planSplits(collected.index, merged, {
      ...splitsOf(spec),
      seed: spec.settings.seed,
    });
    const sizes = await deal(collected, plan, merged.mergedOf, folder);
    const stats = statsOf(spec, collected, plan, merged, sizes, text.isExact);
    const files = await finishFolder(spec, collected, plan, sizes, stats, folder);
    await folder.commit(files);
    return { stats, summary: summaryOf(spec, collected, plan) };
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------

type TextSettings = {
  readonly count: CountTokens;
  readonly isExact: boolean;
  readonly render: RenderText | undefined;
};

/** Tokenizer, template and DuckDB are loaded by those who ask for them: start-up is half of a small run. */
async function textSettings(settings: DatasetSettings): Promise<TextSettings> {
  return {
    count: settings.tokenizer === null ? estimateTokens : await exactCount(settings.tokenizer),
    isExact: settings.tokenizer !== null,
    render:
      settings.tokenizerConfig === null ? undefined : await renderer(settings.tokenizerConfig),
  };
}

async function exactCount(path: string): Promise<CountTokens> {
  const { exactTokens } = await import("../core/dataset/tokenizer.ts");
  return exactTokens(await readJsonFile(resolve(path), "--tokenizer"), path);
}

async function renderer(path: string): Promise<RenderText> {
  const { templateRenderer } = await import("../core/dataset/template.ts");
  return templateRenderer(await readJsonFile(resolve(path), "--tokenizer-config"), path);
}

/** Lines of one format, in row order; a length of 0 says that the row is not in it. */
type Spool = { readonly format: Format; readonly writer: LineWriter; readonly lengths: NumberList };

type Collected = Awaited<ReturnType<typeof collect>>;

/** First pass: every example becomes lines in the spools and an entry in the index. */
async function collect(
  rows: AsyncIterable<Built>,
  formats: readonly Format[],
  text: TextSettings,
  folder: OutputFolder,
  settings: DatasetSettings,
) {
  const index = rowIndex();
  const reasons = counter();
  const filtered = counter();
  const refused = counter();
  const kinds = counter();
  const unasked = counter();
  const columns = columnsSeen();
  const examples = new Map<Format, Readonly<Record<string, unknown>>>();
  const spools: Spool[] = [];
  for (const format of formats) {
    const path = await folder.path(spoolName(format));
    spools.push({ format, writer: openLineWriter(path), lengths: numberList() });
  }
  let skipped: LineWriter | null = null;
  const skip = async (line: Skip): Promise<void> => {
    reasons.add(line.reason);
    skipped ??= openLineWriter(await folder.path(SKIPPED_FILE));
    skipped.line(JSON.stringify(line).toWellFormed());
  };

  const keep = async (example: Example): Promise<void> => {
    const wanted = spools.filter((spool) => takes(spool.format, example.kind));
    if (wanted.length === 0) return unasked.add(example.kind);
    const tokens = text.count(example);
    const written = wanted.map((spool) => ({
      spool,
      result:
        settings.maxTokens !== null && tokens > settings.maxTokens
          ? { ok: false as const, reason: "too_many_tokens" as const }
          : writeRow(example, spool.format, text.render),
    }));
    const first = written.find(({ result }) => !result.ok)?.result;
    for (const { result } of written) if (!result.ok) refused.add(result.reason);
    if (first?.ok === false && written.every(({ result }) => !result.ok)) {
      return skip(skipOf(example, first.reason));
    }
    const lines = new Map(
      written.map(({ spool, result }) => [spool, result.ok ? result.row : null]),
    );
    for (const spool of spools) {
      const row = lines.get(spool) ?? null;
      spool.lengths.push(row === null ? 0 : spool.writer.line(JSON.stringify(row)));
      if (row !== null && !examples.has(spool.format)) examples.set(spool.format, row);
    }
    columns.see(example);
    kinds.add(example.kind);
    index.add(example, tokens);
  };

  try {
    for await (const built of rows) {
      if (built.ok) await keep(built.example);
      else {
        filtered.add(built.skip.reason);
        await skip(built.skip);
      }
    }
  } finally {
    for (const spool of spools) spool.writer.close(false);
    (skipped as LineWriter | null)?.close(false);
  }
  return {
    index,
    reasons,
    filtered,
    refused,
    kinds,
    unasked,
    columns,
    examples,
    spools,
    hasSkipped: skipped !== null,
  };
}

const SKIPPED_FILE = "skipped.jsonl";
const CARD_FILE = "README.md";
const SPOOL = "spool";
const spoolName = (format: Format): string => `${SPOOL}/${format}.jsonl`;

function skipOf(example: Example, reason: string): Skip {
  const id = example.metadata["instance_id"];
  const answers =
    example.kind === "preference"
      ? example.chosen.length + example.rejected.length
      : example.answer.length;
  return {
    instance_id: typeof id === "string" ? id : "",
    reason,
    source_fields: Object.fromEntries(
      Object.entries(example.metadata).map(([key, value]) => [`has_${key}`, value !== null]),
    ),
    length: answers,
  };
}

function nothingLeft(builder: string, reasons: Readonly<Record<string, number>>): UserError {
  if (Object.keys(reasons).length === 0) {
    return new UserError(
      `${builder}: there are no rows for the formats asked for, so there is no set to write`,
      "check that the input is not empty, and that --format fits this builder",
    );
  }
  return new UserError(
    `${builder}: every row was filtered out, so there is no set to write\n${reasonTable(reasons)}`,
    "loosen the limits in chain.toml [dataset] or by flags, or give other input",
  );
}

function splitsOf(spec: DatasetSpec): { first: string; others: readonly SplitAsked[] } {
  return (
    spec.splits ?? {
      first: "train",
      others: [{ name: "val", fraction: spec.settings.valFraction }],
    }
  );
}

/** Rows a format and split. */
type Sizes = readonly { readonly format: Format; readonly rows: readonly number[] }[];

/** Second pass: every line goes to the file of its split. */
async function deal(
  collected: Collected,
  plan: SplitPlan,
  mergedOf: Uint32Array,
  folder: OutputFolder,
): Promise<Sizes> {
  const { index, spools } = collected;
  const splitAt = (row: number): number =>
    plan.splitOf.get(mergedOf[index.groupOf.at(row)] ?? 0) ?? 0;
  const sizes: { format: Format; rows: number[] }[] = [];
  for (const [at, { format, lengths }] of spools.entries()) {
    const writers: LineWriter[] = [];
    const spool = await folder.path(spoolName(format));
    // The first split takes most lines: they close up in the spool itself, which becomes its file.
    writers.push(openLineWriter(spool, true));
    for (const name of plan.names.slice(1)) {
      writers.push(openLineWriter(await folder.path(dataFile(format, at === 0, name, "jsonl"))));
    }
    const rows = plan.names.map(() => 0);
    readPieces(spool, valuesOf(lengths), (bytes, row) => {
      if (bytes.length === 0) return;
      const split = splitAt(row);
      writers[split]?.raw(bytes);
      rows[split] = (rows[split] ?? 0) + 1;
    });
    for (const writer of writers) writer.close(true);
    await folder.move(spoolName(format), dataFile(format, at === 0, plan.names[0] ?? "", "jsonl"));
    sizes.push({ format, rows });
  }
  return sizes;
}

function longest(lengths: NumberList | undefined): number {
  let most = 0;
  for (const length of lengths === undefined ? [] : valuesOf(lengths)) {
    most = Math.max(most, length);
  }
  return most;
}

function* valuesOf(list: NumberList): Generator<number> {
  for (let at = 0; at < list.length; at++) yield list.at(at);
}

function statsOf(
  spec: DatasetSpec,
  collected: Collected,
  plan: SplitPlan,
  merged: ReturnType<typeof mergeGroups>,
  sizes: Sizes,
  isExact: boolean,
) {
  const { settings } = spec;
  const tokens = tokenStats(collected.index.tokens, isExact);
  const price = settings.usdPerMillionTokens;
  const first = sizes[0]?.rows ?? [];
  return {
    builder: spec.builder,
    ...Object.fromEntries(plan.names.map((name, at) => [`${name}_size`, first[at] ?? 0])),
    rows: collected.index.rows,
    kinds: collected.kinds.counts(),
    kinds_without_a_format: collected.unasked.counts(),
    filter_reasons: collected.filtered.counts(),
    format_reasons: collected.refused.counts(),
    formats: Object.fromEntries(
      sizes.map(({ format, rows }) => [
        format,
        Object.fromEntries(plan.names.map((name, at) => [name, rows[at] ?? 0])),
      ]),
    ),
    groups: {
      by: settings.groupBy,
      count: collected.index.groups.length,
      merged: merged.count,
      merges_for_exact_duplicates: merged.exactMerges,
      merges_for_near_duplicates: merged.nearMerges,
      exact_duplicate_rows: merged.exactRows,
    },
    tokens,
    usd_per_million_tokens: price,
    cost_usd: price === null ? null : Math.round(tokens.total * price) / 1e6,
    seed: settings.seed,
    val_fraction: settings.valFraction,
    near_duplicate: settings.nearDuplicate,
    max_tokens: settings.maxTokens,
    notes: [...plan.notes, ...(spec.notes?.() ?? [])],
    ...spec.stats?.(),
  };
}

/** Card, Parquet, statistics; returns the files of the set, without the spools. */
async function finishFolder(
  spec: DatasetSpec,
  collected: Collected,
  plan: SplitPlan,
  sizes: Sizes,
  stats: ReturnType<typeof statsOf>,
  folder: OutputFolder,
): Promise<string[]> {
  const files: { name: string; rows: number }[] = [];
  for (const [at, { format, rows }] of sizes.entries()) {
    for (const [splitAt, split] of plan.names.entries()) {
      const name = dataFile(format, at === 0, split, "jsonl");
      const count = rows[splitAt] ?? 0;
      files.push({ name, rows: count });
      if (!spec.settings.parquet || count === 0) continue;
      const parquet = dataFile(format, at === 0, split, "parquet");
      const { writeParquet } = await import("../io/dataset/parquet.ts");
      await writeParquet(
        await folder.path(name),
        await folder.path(parquet),
        collected.columns.of(format),
        longest(collected.spools[at]?.lengths),
      );
      files.push({ name: parquet, rows: count });
    }
  }
  if (collected.hasSkipped) files.push({ name: SKIPPED_FILE, rows: collected.reasons.total() });
  const card = openLineWriter(await folder.path(CARD_FILE));
  card.line(
    renderCard(spec.card, {
      license: spec.settings.license,
      splitNames: plan.names,
      sizes,
      parquet: spec.settings.parquet,
      groups: { by: stats.groups.by, merged: stats.groups.merged },
      tokens: stats.tokens,
      costUsd: stats.cost_usd,
      filterReasons: collected.reasons.counts(),
      notes: stats.notes,
      examples: collected.examples,
    }),
  );
  card.close(false);
  files.push({ name: CARD_FILE, rows: 0 });
  const listed = openLineWriter(await folder.path(STATS_FILE));
  listed.line(JSON.stringify({ ...stats, files }, null, 2));
  listed.close(false);
  await folder.remove(SPOOL);
  return [...files.map((file) => file.name), STATS_FILE];
}

function summaryOf(spec: DatasetSpec, collected: Collected, plan: SplitPlan): StageSummary {
  const counts = spec.counts?.();
  const refused = Object.entries(collected.refused.counts()).map(
    ([reason, n]) => `${n} rows dropped for their format: ${reason}`,
  );
  const unasked = Object.entries(collected.unasked.counts()).map(
    ([kind, n]) => `${n} ${kind} examples have no place in ${spec.settings.formats.join(", ")}`,
  );
  return {
    stage: spec.builder,
    read: counts?.read ?? collected.index.rows + collected.reasons.total(),
    kept: counts?.kept ?? collected.index.rows,
    dropped: counts === undefined ? collected.reasons.counts() : collected.filtered.counts(),
    pending: 0,
    asked: 0,
    notes: [
      `${spec.output}: ${plan.names.map((name, at) => `${name} ${plan.sizes[at] ?? 0}`).join(", ")}`,
      ...(counts === undefined ? [] : refused),
      ...unasked,
      ...plan.notes,
      ...(spec.notes?.() ?? []),
    ],
    stopped: null,
  };
}
