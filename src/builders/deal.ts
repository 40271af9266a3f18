/** Second pass of a set: every line goes to the file of its split. */
import { dataFile } from "../core/dataset/card.ts";
import type { ColumnTypes } from "../core/dataset/column-types.ts";
import { firstRows, fullRow } from "../core/dataset/full-rows.ts";
import type { Format, Trainer } from "../core/dataset/format-names.ts";
import type { NumberList } from "../core/dataset/row-index.ts";
import { rowText } from "../core/dataset/row-text.ts";
import type { Sizes } from "../core/dataset/set-stats.ts";
import type { SplitPlan } from "../core/dataset/split.ts";
import { sha256Hex } from "../core/turn/hash.ts";
import type { OutputFolder } from "../io/dataset/folder.ts";
import { openLineWriter, readPieces, type LineWriter } from "../io/dataset/spool.ts";
import type { Collected } from "./collect.ts";

export type Dealt = {
  readonly sizes: Sizes;
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
  readonly splitAt: (row: number) => number;
  readonly folder: OutputFolder;
};

/** Writes the files of all formats; a split without rows gets none, since loaders fail on empty files. */
export async function deal(
  collected: Collected,
  plan: SplitPlan,
  mergedOf: Uint32Array,
  { folder, trainer }: { readonly folder: OutputFolder; readonly trainer: Trainer | null },
): Promise<Dealt> {
  const { index, spools, columns } = collected;
  const splitAt = (row: number): number =>
    plan.splitOf.get(mergedOf[index.groupOf.at(row)] ?? 0) ?? 0;
  const { hasCalls, hasReasoning, hasFractions } = columns.shape();
  const isMixed = hasCalls || hasReasoning || hasFractions;
  const sizes: { format: Format; rows: number[]; bytes: number[] }[] = [];
  const prints: unknown[] = [];
  for (const [at, { format, files, lengths }] of spools.entries()) {
    const waiting: string[] = [];
    for (const file of files) waiting.push(await folder.path(file));
    const own = { format, isFirst: at === 0, names: plan.names, waiting, lengths, splitAt, folder };
    const line = isMixed ? lineOf(format, columns.of(format, trainer), hasFractions) : null;
    const writers =
      line === null ? await dealAsTheyAre(own) : await dealMixed(own, line, collected.shapes);
    const rows = plan.names.map(() => 0);
    for (let row = 0; row < lengths.length; row++) {
      if (lengths.at(row) === 0) continue;
      const split = splitAt(row);
      rows[split] = (rows[split] ?? 0) + 1;
    }
    if (line === null) {
      await folder.move(files[0] ?? "", dataFile(format, at === 0, plan.names[0] ?? "", "jsonl"));
    }
    for (const [split, name] of plan.names.entries()) {
      if (rows[split] === 0) await folder.remove(dataFile(format, at === 0, name, "jsonl"));
    }
    sizes.push({ format, rows, bytes: writers.map((writer) => writer.bytes) });
    prints.push([format, writers.map(({ bytes, crc }) => [bytes, crc])]);
  }
  return { sizes, print: sha256Hex(JSON.stringify(prints)) };
}

// ---------------------------------------------------------------------------------------------

/** The first split takes most lines: they close up in the first spool itself, which becomes its file. */
async function dealAsTheyAre(deal: Deal): Promise<LineWriter[]> {
  const { waiting, names, lengths, splitAt } = deal;
  const writers: LineWriter[] = [openLineWriter(waiting[0] ?? "", true)];
  for (const name of names.slice(1)) writers.push(await writerOf(deal, name));
  readPieces(waiting, valuesOf(lengths), (bytes, row) => {
    if (bytes.length > 0) writers[splitAt(row)]?.raw(bytes);
  });
  for (const writer of writers) writer.close(true);
  return writers;
}

/**
 * Rows that differ in what their messages carry: each gets every key, and those that show a type first
 * come first in their file.
 */
async function dealMixed(
  deal: Deal,
  line: (text: string) => string,
  shapes: NumberList,
): Promise<LineWriter[]> {
  const { waiting, names, lengths, splitAt } = deal;
  const early = new Map<number, string>();
  for (const split of names.keys()) {
    const rows: number[] = [];
    for (let row = 0; row < lengths.length; row++) {
      if (lengths.at(row) > 0 && splitAt(row) === split) rows.push(row);
    }
    for (const at of firstRows(rows.map((row) => shapes.at(row)))) early.set(rows[at] ?? 0, "");
  }
  readPieces(waiting, valuesOf(lengths), (bytes, row) => {
    if (early.has(row)) early.set(row, textOf(bytes));
  });
  const writers: LineWriter[] = [];
  for (const name of names) writers.push(await writerOf(deal, name));
  for (const [row, text] of early) writers[splitAt(row)]?.line(line(text));
  readPieces(waiting, valuesOf(lengths), (bytes, row) => {
    if (bytes.length > 0 && !early.has(row)) writers[splitAt(row)]?.line(line(textOf(bytes)));
  });
  for (const writer of writers) writer.close(true);
  return writers;
}

const writerOf = async ({ folder, format, isFirst }: Deal, name: string): Promise<LineWriter> =>
  openLineWriter(await folder.path(dataFile(format, isFirst, name, "jsonl")));

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

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

function* valuesOf(list: NumberList): Generator<number> {
  for (let at = 0; at < list.length; at++) yield list.at(at);
}
