/**
 * The files of a set, once it is known which group goes where: lines dealt to their splits, Parquet,
 * card and statistics.
 */
import { dataFile, renderCard, type CardText } from "../core/dataset/card.ts";
import type { Format } from "../core/dataset/format-names.ts";
import { ktoOrder, refuseOneSided } from "../core/dataset/kto-order.ts";
import { licenseOf, originNames } from "../core/dataset/provenance.ts";
import type { NumberList, RowIndex } from "../core/dataset/row-index.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import type { SetStats, Sizes } from "../core/dataset/set-stats.ts";
import { HELD_OUT, type SplitPlan } from "../core/dataset/split.ts";
import { STATS_FILE, type OutputFolder } from "../io/dataset/folder.ts";
import { openPieces } from "../io/dataset/pieces.ts";
import { joinFiles, openLineWriter, readPieces, type LineWriter } from "../io/dataset/spool.ts";
import type { Collected } from "./collect.ts";

/** Where lines wait until it is known which split they go to; gone when the set is done. */
export const SPOOL = "spool";

/** Rows a format and split, and of each format the first row of the first split. */
export type Dealt = {
  readonly sizes: Sizes;
  readonly examples: ReadonlyMap<Format, Readonly<Record<string, unknown>>>;
};

/** Second pass: every line goes to the file of its split. @throws UserError for kto rows of one label. */
export async function deal(
  { index, spools }: Collected,
  plan: SplitPlan,
  { mergedOf, seed }: { readonly mergedOf: Uint32Array; readonly seed: number },
  folder: OutputFolder,
): Promise<Dealt> {
  const splitAt = (row: number): number =>
    plan.splitOf.get(mergedOf[index.groupOf.at(row)] ?? 0) ?? 0;
  const sizes: { format: Format; rows: number[] }[] = [];
  const examples = new Map<Format, Readonly<Record<string, unknown>>>();
  for (const [at, { format, files, lengths }] of spools.entries()) {
    const waiting: string[] = [];
    for (const file of files) waiting.push(await folder.path(file));
    const ordered = format === "kto" ? ktoPlan({ index, lengths, splitAt, seed }, plan) : null;
    // The first split takes most lines: they close up in the first spool itself, which becomes its file.
    const first = ordered === null ? (files[0] ?? "") : `${SPOOL}/ordered.jsonl`;
    const writers: LineWriter[] = [openLineWriter(await folder.path(first), ordered === null)];
    for (const name of plan.names.slice(1)) {
      writers.push(openLineWriter(await folder.path(dataFile(format, at === 0, name, "jsonl"))));
    }
    const rows = plan.names.map(() => 0);
    const write = (bytes: Uint8Array, split: number): void => {
      if (bytes.length === 0 || split === HELD_OUT) return;
      if (split === 0 && !examples.has(format)) examples.set(format, rowOf(bytes));
      writers[split]?.raw(bytes);
      rows[split] = (rows[split] ?? 0) + 1;
    };
    if (ordered === null) {
      readPieces(waiting, valuesOf(lengths), (bytes, row) => write(bytes, splitAt(row)));
    } else {
      const pieces = openPieces(waiting, lengths.values());
      for (const [split, order] of ordered.entries()) {
        for (const row of order) write(pieces.at(row), split);
      }
      pieces.close();
    }
    for (const writer of writers) writer.close(true);
    await folder.move(first, dataFile(format, at === 0, plan.names[0] ?? "", "jsonl"));
    sizes.push({ format, rows });
  }
  return { sizes, examples };
}

export type FinishText = {
  readonly card: CardText;
  readonly settings: DatasetSettings;
  readonly stats: SetStats;
};

/** Card, Parquet, statistics; returns the files of the set, without the spools. */
export async function finishFolder(
  { card, settings, stats }: FinishText,
  collected: Collected,
  plan: SplitPlan,
  { sizes, examples }: Dealt,
  folder: OutputFolder,
): Promise<string[]> {
  const files: { name: string; rows: number }[] = [];
  for (const [at, { format, rows }] of sizes.entries()) {
    for (const [splitAt, split] of plan.names.entries()) {
      const name = dataFile(format, at === 0, split, "jsonl");
      const count = rows[splitAt] ?? 0;
      files.push({ name, rows: count });
      if (!settings.parquet || count === 0) continue;
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
  const reasons = collected.counts.reasons;
  if (collected.skipped.length > 0) {
    const parts: string[] = [];
    for (const part of collected.skipped) parts.push(await folder.path(part));
    joinFiles(parts, await folder.path(SKIPPED_FILE));
    files.push({ name: SKIPPED_FILE, rows: reasons.total() });
  }
  const text = renderCard(withLicenses(card, settings), {
    license: settings.license,
    splitNames: plan.names,
    sizes,
    parquet: settings.parquet,
    groups: { by: stats.groups.by, merged: stats.groups.merged },
    tokens: stats.tokens,
    lengths: stats.lengths,
    models: collected.counts.models.counts(),
    costUsd: stats.cost_usd,
    filterReasons: reasons.counts(),
    notes: stats.notes,
    examples,
  });
  files.push({ name: CARD_FILE, rows: 0 });
  writeText(await folder.path(CARD_FILE), text);
  writeText(await folder.path(STATS_FILE), JSON.stringify({ ...stats, files }, null, 2));
  await folder.remove(SPOOL);
  return [...files.map((file) => file.name), STATS_FILE];
}

// ---------------------------------------------------------------------------------------------

const SKIPPED_FILE = "skipped.jsonl";
const CARD_FILE = "README.md";

/** Sources with the licences that are known. */
function withLicenses(card: CardText, { madeWith }: DatasetSettings): CardText {
  const sources = card.sources.map(({ name, license }) => {
    const known = licenseOf(originNames([name]), madeWith?.licenses ?? {});
    return { name, license: license ?? (known === "unknown" ? null : known) };
  });
  return { ...card, sources };
}

/** The rows of each split in the order in which kto wants them. */
function ktoPlan(
  from: {
    readonly index: RowIndex;
    readonly lengths: NumberList;
    readonly splitAt: (row: number) => number;
    readonly seed: number;
  },
  plan: SplitPlan,
): number[][] {
  const { index, lengths, splitAt, seed } = from;
  const bySplit: number[][] = plan.names.map(() => []);
  for (let row = 0; row < lengths.length; row++) {
    if (lengths.at(row) > 0) bySplit[splitAt(row)]?.push(row);
  }
  const isGood = (row: number): boolean => index.good.at(row) === 1;
  refuseOneSided(bySplit, plan.names, isGood);
  const turnOf = (row: number): number => index.prompt.at(row);
  return bySplit.map((rows) => ktoOrder({ rows, isGood, turnOf, seed }));
}

/** The row that a line holds. */
function rowOf(line: Uint8Array): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(line).toString("utf8")) as Readonly<Record<string, unknown>>;
}

function writeText(path: string, text: string): void {
  const writer = openLineWriter(path);
  writer.line(text);
  writer.close(false);
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
