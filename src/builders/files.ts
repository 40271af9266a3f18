/** The files of a set beside its rows: Parquet, card, settings of a trainer, statistics. */
import { splitName } from "../core/dataset/card-yaml.ts";
import { settingsFiles, type TrainFacts } from "../core/dataset/trainer-settings.ts";
import { dataFile, renderCard, type CardText } from "../core/dataset/card.ts";
import { duckdbType, type ColumnTypes } from "../core/dataset/column-types.ts";
import { licenseOf, originNames } from "../core/dataset/provenance.ts";
import type { NumberList } from "../core/dataset/row-index.ts";
import type { DatasetSettings } from "../core/dataset/settings.ts";
import type { SetStats, Sizes } from "../core/dataset/set-stats.ts";
import { sha256Hex } from "../core/turn/hash.ts";
import type { SplitPlan } from "../core/dataset/split.ts";
import {
  CARD_FILE,
  cardThere,
  EDITED_CARD_FILE,
  STATS_FILE,
  type OutputFolder,
} from "../io/dataset/folder.ts";
import { joinFiles, openLineWriter } from "../io/dataset/spool.ts";
import type { Collected } from "./collect.ts";
import { SPOOL, type Dealt } from "./deal.ts";

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
  { sizes, print, examples }: Dealt,
  folder: OutputFolder,
): Promise<string[]> {
  const files: { name: string; rows: number }[] = [];
  for (const [at, { format, rows }] of sizes.entries()) {
    for (const [splitAt, split] of plan.names.entries()) {
      const name = dataFile(format, at === 0, split, "jsonl");
      const count = rows[splitAt] ?? 0;
      if (count === 0) continue;
      files.push({ name, rows: count });
      if (!settings.parquet) continue;
      const parquet = dataFile(format, at === 0, split, "parquet");
      const { writeParquet } = await import("../io/dataset/parquet.ts");
      await writeParquet(
        await folder.path(name),
        await folder.path(parquet),
        duckdbTypes(collected.columns.of(format, settings.trainer)),
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
  const training = trainFacts(settings, collected, sizes, plan, stats);
  for (const { name, text } of settingsFiles(training)) {
    files.push({ name, rows: 0 });
    writeText(await folder.path(name), text.trimEnd());
  }
  const text = renderCard(withLicenses(card, settings), {
    license: settings.license,
    splitNames: plan.names,
    sizes,
    rows: stats.rows,
    print,
    columns: new Map(
      sizes.map(({ format }) => [format, collected.columns.of(format, settings.trainer)]),
    ),
    training,
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
  const columns = Object.fromEntries(
    sizes.map(({ format }) => [format, collected.columns.of(format, settings.trainer)]),
  );
  // The card's hash tells whether somebody edited it; the columns, what publishing looks for.
  const said = { ...stats, columns, card: sha256Hex(`${text}\n`), files };
  writeText(await folder.path(STATS_FILE), JSON.stringify(said, null, 2));
  await folder.remove(SPOOL);
  return [...files.map((file) => file.name), STATS_FILE];
}

/**
 * Keeps a card that somebody edited since it was written, beside the new one.
 * @returns its name, null: nobody did.
 */
export async function keepEditedCard(target: string, folder: OutputFolder): Promise<string | null> {
  const there = await cardThere(target);
  if (there === null || there.said === undefined || there.said === sha256Hex(there.text))
    return null;
  writeText(await folder.path(EDITED_CARD_FILE), there.text.replace(/\n$/, ""));
  return EDITED_CARD_FILE;
}

// ---------------------------------------------------------------------------------------------

const SKIPPED_FILE = "skipped.jsonl";

/** Sources with the licences that are known. */
function withLicenses(card: CardText, { madeWith }: DatasetSettings): CardText {
  const sources = card.sources.map(({ name, license }) => {
    const known = licenseOf(originNames([name]), madeWith?.licenses ?? {});
    return { name, license: license ?? (known === "unknown" ? null : known) };
  });
  return { ...card, sources };
}

function writeText(path: string, text: string): void {
  const writer = openLineWriter(path);
  writer.line(text);
  writer.close(false);
}

/** Which files a trainer is to read: Parquet where there is any, and where there is no other reader. */
function trainFacts(
  settings: DatasetSettings,
  collected: Collected,
  sizes: Sizes,
  plan: SplitPlan,
  stats: SetStats,
): TrainFacts {
  const ending = settings.trainer === "verl" ? "parquet" : "jsonl";
  return {
    trainer: settings.trainer,
    formats: sizes.flatMap(({ format, rows }, at) => {
      const file = (name: string): string | null => {
        const split = plan.names.findIndex((one) => splitName(one) === name);
        return (rows[split] ?? 0) === 0
          ? null
          : dataFile(format, at === 0, plan.names[split] ?? "", ending);
      };
      const own = { format, train: file("train"), validation: file("validation") };
      return rows.every((count) => count === 0) ? [] : [own];
    }),
    hasCalls: collected.columns.shape().hasCalls,
    maxTokens: stats.lengths.longest,
    isExact: stats.tokens.exact,
  };
}

const duckdbTypes = (columns: ColumnTypes): Record<string, string> =>
  Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, duckdbType(type)]));

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
