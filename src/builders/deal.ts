/** Second pass of a set: every line goes to the file of its split. */
import { dataFile } from "../core/dataset/card.ts";
import type { ColumnTypes } from "../core/dataset/column-types.ts";
import { firstRows, fullRow } from "../core/dataset/full-rows.ts";
import type { Format, Trainer } from "../core/dataset/format-names.ts";
import { ktoOrder, refuseOneSided } from "../core/dataset/kto-order.ts";
import type { NumberList, RowIndex } from "../core/dataset/row-index.ts";
import { rowText } from "../core/dataset/row-text.ts";
import type { Sizes } from "../core/dataset/set-stats.ts";
import { HELD_OUT, type SplitPlan } from "../core/dataset/split.ts";
import { sha256Hex } from "../core/turn/hash.ts";
import type { OutputFolder } from "../io/dataset/folder.ts";
import { openPieces } from "../io/dataset/pieces.ts";
import {
  openLineWriter,
  openLineWriters,
  readPieces,
  type LineWriter,
} from "../io/dataset/spool.ts";
import { readLines } from "../io/jsonl.ts";
import type { Collected } from "./collect.ts";

/** Where lines wait until it is known which split they go to; gone when the set is done. */
export const SPOOL = "spool";

export type Dealt = {
  readonly sizes: Sizes;
  /** Of each format the first row of the first split. */
  readonly examples: ReadonlyMap<Format, Readonly<Record<string, unknown>>>;
  /** A hash of all rows in their order: what tells this set from the one before. */
  readonly print: string;
};

/** Lines of one format on their way to their splits. */
type Deal = {
  readonly format: Format;
  readonly isFirst: boolean;
  readonly names: readonly string[];
  readonly waiting: readonly string[];
  readonly lengths: NumberList;
  /** HELD_OUT for a row that is in no file. */
  readonly splitAt: (row: number) => number;
  readonly folder: OutputFolder;
  /** The rows of each split in the order that the format wants; null: as they came. */
  readonly order: readonly (readonly number[])[] | null;
};

/**
 * Writes the files of all formats; a split without rows gets none, since loaders fail on empty files.
 * @throws UserError for kto rows of one label.
 */
export async function deal(
  collected: Collected,
  plan: SplitPlan,
  mergedOf: Uint32Array,
  { folder, settings }: { readonly folder: OutputFolder; readonly settings: DealSettings },
): Promise<Dealt> {
  const { trainer, seed } = settings;
  const { index, spools, columns } = collected;
  const splitAt = (row: number): number =>
    plan.splitOf.get(mergedOf[index.groupOf.at(row)] ?? 0) ?? 0;
  const { hasCalls, hasReasoning, hasFractions } = columns.shape();
  const isMixed = hasCalls || hasReasoning || hasFractions;
  const sizes: { format: Format; rows: number[]; bytes: number[] }[] = [];
  const prints: unknown[] = [];
  const examples = new Map<Format, Readonly<Record<string, unknown>>>();
  for (const [at, { format, files, lengths }] of spools.entries()) {
    const waiting: string[] = [];
    for (const file of files) waiting.push(await folder.path(file));
    const { names } = plan;
    const order = format === "kto" ? ktoPlan({ index, lengths, splitAt, seed }, names) : null;
    const own = { format, isFirst: at === 0, names, waiting, lengths, splitAt, folder, order };
    const line = isMixed ? lineOf(format, columns.of(format, trainer), hasFractions) : null;
    const isInPlace = line === null && order === null;
    const writers = isInPlace
      ? await dealAsTheyAre(own)
      : await dealMixed(own, line ?? withoutFeed, isMixed ? collected.shapes : null);
    const rows = plan.names.map(() => 0);
    for (let row = 0; row < lengths.length; row++) {
      if (lengths.at(row) === 0) continue;
      const split = splitAt(row);
      if (split !== HELD_OUT) rows[split] = (rows[split] ?? 0) + 1;
    }
    if (isInPlace) {
      await folder.move(files[0] ?? "", dataFile(format, at === 0, plan.names[0] ?? "", "jsonl"));
    }
    for (const [split, name] of plan.names.entries()) {
      if (rows[split] === 0) await folder.remove(dataFile(format, at === 0, name, "jsonl"));
    }
    if ((rows[0] ?? 0) > 0) {
      const first = await folder.path(dataFile(format, at === 0, names[0] ?? "", "jsonl"));
      examples.set(format, await firstRow(first));
    }
    sizes.push({ format, rows, bytes: writers.map((writer) => writer.bytes) });
    prints.push([format, writers.map(({ bytes, crc }) => [bytes, crc])]);
  }
  return { sizes, examples, print: sha256Hex(JSON.stringify(prints)) };
}

type DealSettings = { readonly trainer: Trainer | null; readonly seed: number };

// ---------------------------------------------------------------------------------------------

/** The rows of each split in the order in which kto wants them. */
function ktoPlan(
  from: Pick<Deal, "lengths" | "splitAt"> & { readonly index: RowIndex; readonly seed: number },
  names: readonly string[],
): number[][] {
  const { index, lengths, splitAt, seed } = from;
  const bySplit: number[][] = names.map(() => []);
  for (let row = 0; row < lengths.length; row++) {
    if (lengths.at(row) > 0) bySplit[splitAt(row)]?.push(row);
  }
  const isGood = (row: number): boolean => index.good.at(row) === 1;
  refuseOneSided(bySplit, names, isGood);
  const turnOf = (row: number): number => index.prompt.at(row);
  return bySplit.map((rows) => ktoOrder({ rows, isGood, turnOf, seed }));
}

/** The first split takes most lines: they close up in the first spool itself, which becomes its file. */
async function dealAsTheyAre(deal: Deal): Promise<readonly LineWriter[]> {
  const { waiting, names, lengths, splitAt } = deal;
  const paths = await pathsOf(deal, names.slice(1));
  return written([openLineWriter(waiting[0] ?? "", true), ...openLineWriters(paths)], (writers) => {
    readPieces(waiting, valuesOf(lengths), (bytes, row) => {
      if (bytes.length > 0) writers[splitAt(row)]?.raw(bytes);
    });
  });
}

/**
 * Rows that differ in what their messages carry, or that have an order of their own: each gets every key,
 * and those that show a type first come first in their file.
 * @param shapes null: all rows carry the same.
 */
async function dealMixed(
  deal: Deal,
  line: (text: string) => string,
  shapes: NumberList | null,
): Promise<readonly LineWriter[]> {
  const { waiting, names, lengths, splitAt, order } = deal;
  const early = new Map<number, string>();
  for (const split of shapes === null ? [] : names.keys()) {
    const rows = order?.[split] ?? rowsOf(deal, split);
    for (const at of firstRows(rows.map((row) => shapes?.at(row) ?? 0))) {
      early.set(rows[at] ?? 0, "");
    }
  }
  if (early.size > 0) {
    readPieces(waiting, valuesOf(lengths), (bytes, row) => {
      if (early.has(row)) early.set(row, textOf(bytes));
    });
  }
  return written(openLineWriters(await pathsOf(deal, names)), (writers) => {
    for (const [row, text] of early) writers[splitAt(row)]?.line(line(text));
    const write = (bytes: Uint8Array, row: number): void => {
      if (bytes.length > 0 && !early.has(row)) writers[splitAt(row)]?.line(line(textOf(bytes)));
    };
    if (order === null) return readPieces(waiting, valuesOf(lengths), write);
    const pieces = openPieces(waiting, lengths.values());
    try {
      for (const row of order.flat()) write(pieces.at(row), row);
    } finally {
      pieces.close();
    }
  });
}

/** What is written is on the disk; none stays open, whatever the disk says. */
function written(
  writers: readonly LineWriter[],
  write: (writers: readonly LineWriter[]) => void,
): readonly LineWriter[] {
  try {
    write(writers);
    for (const writer of writers) writer.close(true);
    return writers;
  } finally {
    for (const writer of writers) writer.end();
  }
}

function rowsOf({ lengths, splitAt }: Deal, split: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < lengths.length; row++) {
    if (lengths.at(row) > 0 && splitAt(row) === split) rows.push(row);
  }
  return rows;
}

async function pathsOf(
  { folder, format, isFirst }: Deal,
  names: readonly string[],
): Promise<string[]> {
  const paths: string[] = [];
  for (const name of names) {
    paths.push(await folder.path(dataFile(format, isFirst, name, "jsonl")));
  }
  return paths;
}

/** How a line of the format is written again. Fine-tuning APIs refuse null keys: there they stay away. */
function lineOf(
  format: Format,
  columns: ColumnTypes,
  hasFractions: boolean,
): (text: string) => string {
  return (text) => {
    const row = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return format === "openai" ? rowText(row, hasFractions) : rowText(fullRow(row, columns));
  };
}

const withoutFeed = (line: string): string => line.slice(0, -1);

async function firstRow(path: string): Promise<Readonly<Record<string, unknown>>> {
  for await (const { bytes } of readLines(path)) {
    return JSON.parse(textOf(bytes)) as Readonly<Record<string, unknown>>;
  }
  return {};
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

function* valuesOf(list: NumberList): Generator<number> {
  for (let at = 0; at < list.length; at++) yield list.at(at);
}
