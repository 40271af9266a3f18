/**
 * Rows of a remote Parquet file by the pages that hold them, for files with a page index. The small leaf
 * columns of a row group (roles, ids) are read in one go and kept decoded; large ones page by page.
 */
import { parquetRead, parquetReadObjects, type FileMetaData } from "hyparquet";
import type { LimitFunction } from "p-limit";
import { UserError, errorMessage } from "../../errors.ts";
import { plainValue } from "../parquet.ts";
import type { RawRow, ReadRow } from "../source/types.ts";
import { createLru, type Lru } from "./cache.ts";
import { CODECS } from "./codecs.ts";
import { hideDictionaries, type Dictionaries } from "./dictionaries.ts";
import type { RemoteFile, Tail } from "./footers.ts";
import type { HubClient } from "./http.ts";
import { packTexts, type PackedTexts } from "./texts.ts";
import { leafValue, mergeRows, plainPath, pruneMetadata, type Leaf } from "./leaves.ts";
import { isLarge, isSmall, sliced } from "./slices.ts";

export type PageReader = {
  readonly client: HubClient;
  /** Small leaves by file and row group, shared by all files of a data set. */
  readonly decoded: Lru<SmallLeaves>;
  /** Shared by all files of a data set as well. */
  readonly dictionaries: Dictionaries;
  /** Columns that rows will be asked for: their small leaves are read together. */
  readonly columns: readonly string[];
  /** Bounds the runs of rows that are fetched and unpacked at a time, and so the memory: each is megabytes. */
  readonly limit: LimitFunction;
};

/** By leaf a JSON text a row; a row is put together when it is wanted, which is one of a thousand. */
export type SmallLeaves = ReadonlyMap<Leaf, PackedTexts>;

/** Keeps small leaves of so many characters in all: of long row groups few, of short ones a hundred. */
export function createSmallLeaves(chars = KEPT_CHARS): Lru<SmallLeaves> {
  return createLru<SmallLeaves>(chars, (leaves) =>
    [...leaves.values()].reduce((sum, texts) => sum + texts.chars, 0),
  );
}

/** Rows in the order asked; neighbours are read together. `columns`: some of the reader's. */
export async function readByPage(
  file: RemoteFile,
  tail: Tail,
  rows: readonly number[],
  columns: readonly string[],
  reader: PageReader,
): Promise<ReadRow[]> {
  const found = new Map<number, RawRow>();
  const readSpan = async (span: GroupSpan): Promise<void> => {
    const { small, large } = leavesOf(tail.metadata, span.group, reader.columns);
    const wanted = large.filter((leaf) => columns.includes(columnOf(leaf)));
    const [narrow, wide] = await Promise.all([
      small.length === 0 ? NO_LEAVES : smallLeaves(file, tail, span.group, small, reader),
      wanted.length === 0 ? [] : readLeaves(file, tail, span, wanted, reader),
    ]);
    const first = groupSpans(tail.metadata)[span.group]?.start ?? 0;
    for (let row = span.start; row < span.end; row++) {
      const own = smallRow(tail.metadata, narrow, row - first, columns);
      found.set(row, mergeRows(own, wide[row - span.start] ?? {}));
    }
  };
  const spans = neighbours(tail.metadata, rows);
  await Promise.all(spans.map((span) => reader.limit(() => readSpan(span))));
  return rows.map((row) => ({ ok: true, row: found.get(row) ?? {} }));
}

/** A leaf's part of its column for every row of a row group. */
export async function readGroupLeaf(
  file: RemoteFile,
  tail: Tail,
  group: number,
  leaf: Leaf,
  client: HubClient,
): Promise<unknown[]> {
  const span = { ...(groupSpans(tail.metadata)[group] ?? { start: 0, end: 0 }), group };
  const rows = await readLeaves(file, tail, span, [leaf], { client });
  return rows.map((row) => row[columnOf(leaf)]);
}

/** The same from the small leaves that `readByPage` reads as well: they are fetched once for both. */
export async function readKeptLeaf(
  file: RemoteFile,
  tail: Tail,
  group: number,
  leaf: Leaf,
  reader: PageReader,
): Promise<unknown[]> {
  const { small } = leavesOf(tail.metadata, group, reader.columns);
  const path = plainPath(tail.metadata, leaf);
  if (path === null || !small.includes(leaf))
    return readGroupLeaf(file, tail, group, leaf, reader.client);
  const texts = (await smallLeaves(file, tail, group, small, reader)).get(leaf);
  return Array.from({ length: texts?.length ?? 0 }, (_, row) =>
    leafValue(path, JSON.parse(texts?.at(row) ?? "null")),
  );
}

// ---------------------------------------------------------------------------------------------

const KEPT_CHARS = 1 << 26;

type Span = { readonly start: number; readonly end: number };
type GroupSpan = Span & { readonly group: number };

/** Named columns are read with small gaps only; without names hyparquet joins whatever lies within 2 MB. */
const columnsIn = (leaves: readonly Leaf[]): string[] => [...new Set(leaves.map(columnOf))];
const columnOf = (leaf: Leaf): string => leaf.split(".")[0] ?? "";

/** Which leaves of the columns are small in a row group, and which are large. */
function leavesOf(
  metadata: FileMetaData,
  group: number,
  columns: readonly string[],
): { small: Leaf[]; large: Leaf[] } {
  const small: Leaf[] = [];
  const large: Leaf[] = [];
  for (const { meta_data: chunk } of metadata.row_groups[group]?.columns ?? []) {
    if (chunk === undefined || !columns.includes(chunk.path_in_schema[0] ?? "")) continue;
    const leaf = chunk.path_in_schema.join(".");
    (isSmall(chunk) && plainPath(metadata, leaf) !== null ? small : large).push(leaf);
  }
  return { small, large };
}

const NO_LEAVES: SmallLeaves = new Map();

/** Reads small leaves of a whole row group, without putting any struct together. */
function smallLeaves(
  file: RemoteFile,
  tail: Tail,
  group: number,
  leaves: readonly Leaf[],
  { client, decoded }: PageReader,
): Promise<SmallLeaves> {
  return decoded.get(`${file.path} ${group}`, async () => {
    const span = groupSpans(tail.metadata)[group] ?? { start: 0, end: 0 };
    const metadata = pruneMetadata(tail.metadata, leaves);
    const texts = new Map<Leaf, string[]>(leaves.map((leaf) => [leaf, []]));
    await orBroken(file, span, () =>
      parquetRead({
        file: sliced(file, tail, { metadata, group }, { client, dictionaries: null }),
        metadata,
        rowStart: span.start,
        rowEnd: span.end,
        useOffsetIndex: true,
        compressors: CODECS,
        columns: columnsIn(leaves),
        onPage({ pathInSchema, columnData, rowStart }) {
          const leaf = pathInSchema.join(".");
          const own = texts.get(leaf) ?? [];
          // Texts are JSON as they are; making them plain first would copy every list.
          const plain = isText(metadata, leaf) ? (value: unknown) => value : plainValue;
          for (let n = 0; n < columnData.length; n++)
            own[rowStart - span.start + n] = JSON.stringify(plain(columnData[n]) ?? null);
        },
      }),
    );
    return new Map([...texts].map(([leaf, own]) => [leaf, packTexts(own)]));
  });
}

function isText(metadata: FileMetaData, leaf: Leaf): boolean {
  const element = plainPath(metadata, leaf)?.at(-1);
  return element?.converted_type === "UTF8" || element?.logical_type?.type === "STRING";
}

/** A row's small leaves among the columns, put together. */
function smallRow(
  metadata: FileMetaData,
  leaves: SmallLeaves,
  row: number,
  columns: readonly string[],
): RawRow {
  let merged: RawRow = {};
  for (const [leaf, texts] of leaves) {
    const path = columns.includes(columnOf(leaf)) ? plainPath(metadata, leaf) : null;
    if (path === null) continue;
    const value = leafValue(path, JSON.parse(texts.at(row) ?? "null"));
    merged = mergeRows(merged, { [columnOf(leaf)]: value });
  }
  return merged;
}

type PagesFrom = {
  readonly client: HubClient;
  /** Absent: a whole chunk is read, which begins with its own. */
  readonly dictionaries?: Dictionaries | null;
};

async function readLeaves(
  file: RemoteFile,
  tail: Tail,
  span: GroupSpan,
  leaves: readonly Leaf[],
  { client, dictionaries = null }: PagesFrom,
): Promise<RawRow[]> {
  const metadata = pruneMetadata(tail.metadata, leaves);
  const { group } = span;
  const rows = await orBroken(file, span, () =>
    parquetReadObjects({
      file: sliced(file, tail, { metadata, group }, { client, dictionaries }),
      metadata: dictionaries === null ? metadata : hideDictionaries(tail, metadata, group, isLarge),
      rowStart: span.start,
      rowEnd: span.end,
      useOffsetIndex: true,
      compressors: CODECS,
      // A page holds twenty rows of texts for the one that is wanted: only that one's are decoded.
      parsers: { stringFromBytes: (bytes) => bytes },
      columns: columnsIn(leaves),
    }),
  );
  return rows.map((row) => plainValue(row) as RawRow);
}

/** What hyparquet throws about a page, as something that a person can act upon. */
async function orBroken<T>(file: RemoteFile, span: Span, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file.path} cannot be read at rows ${span.start} to ${span.end - 1}: ${errorMessage(error)}`,
      "name other files of the data set, or another revision of it",
      { cause: error },
    );
  }
}

/** Runs of neighbouring rows of a row group: one read each. */
function neighbours(metadata: FileMetaData, rows: readonly number[]): GroupSpan[] {
  const groups = groupSpans(metadata);
  const spans: GroupSpan[] = [];
  for (const row of [...new Set(rows)].sort((a, b) => a - b)) {
    const group = groups.findIndex((one) => row < one.end);
    const last = spans.at(-1);
    if (last !== undefined && last.end === row && last.group === group)
      spans[spans.length - 1] = { ...last, end: row + 1 };
    else spans.push({ start: row, end: row + 1, group });
  }
  return spans;
}

function groupSpans(metadata: FileMetaData): readonly Span[] {
  const known = spansOf.get(metadata);
  if (known !== undefined) return known;
  let start = 0;
  const spans = metadata.row_groups.map((group) => {
    start += Number(group.num_rows);
    return { start: start - Number(group.num_rows), end: start };
  });
  spansOf.set(metadata, spans);
  return spans;
}

const spansOf = new WeakMap<FileMetaData, readonly Span[]>();
