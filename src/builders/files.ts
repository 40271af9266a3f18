/**
 * The files of a set, once it is known which group goes where: lines dealt to their splits, Parquet,
 * card and statistics.
 */
import { dataFile, renderCard, type CardText } from "../core/dataset/card.ts";
import type { Format } from "../core/dataset/format-names.ts";
import type { NumberList } from "../core/dataset/row-index.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import type { SetStats, Sizes } from "../core/dataset/set-stats.ts";
import type { SplitPlan } from "../core/dataset/split.ts";
import { STATS_FILE, type OutputFolder } from "../io/dataset/folder.ts";
import { joinFiles, openLineWriter, readPieces, type LineWriter } from "../io/dataset/spool.ts";
import type { Collected } from "./collect.ts";

/** Where lines wait until it is known which split they go to; gone when the set is done. */
export const SPOOL = "spool";

/** Second pass: every line goes to the file of its split. */
export async function deal(
  { index, spools }: Collected,
  plan: SplitPlan,
  mergedOf: Uint32Array,
  folder: OutputFolder,
): Promise<Sizes> {
  const splitAt = (row: number): number =>
    plan.splitOf.get(mergedOf[index.groupOf.at(row)] ?? 0) ?? 0;
  const sizes: { format: Format; rows: number[] }[] = [];
  for (const [at, { format, files, lengths }] of spools.entries()) {
    const waiting: string[] = [];
    for (const file of files) waiting.push(await folder.path(file));
    // The first split takes most lines: they close up in the first spool itself, which becomes its file.
    const writers: LineWriter[] = [openLineWriter(waiting[0] ?? "", true)];
    for (const name of plan.names.slice(1)) {
      writers.push(openLineWriter(await folder.path(dataFile(format, at === 0, name, "jsonl"))));
    }
    const rows = plan.names.map(() => 0);
    readPieces(waiting, valuesOf(lengths), (bytes, row) => {
      if (bytes.length === 0) return;
      const split = splitAt(row);
      writers[split]?.raw(bytes);
      rows[split] = (rows[split] ?? 0) + 1;
    });
    for (const writer of writers) writer.close(true);
    await folder.move(files[0] ?? "", dataFile(format, at === 0, plan.names[0] ?? "", "jsonl"));
    sizes.push({ format, rows });
  }
  return sizes;
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
  sizes: Sizes,
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
  const text = renderCard(card, {
    license: settings.license,
    splitNames: plan.names,
    sizes,
    parquet: settings.parquet,
    groups: { by: stats.groups.by, merged: stats.groups.merged },
    tokens: stats.tokens,
    costUsd: stats.cost_usd,
    filterReasons: reasons.counts(),
    notes: stats.notes,
    examples: collected.examples,
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
