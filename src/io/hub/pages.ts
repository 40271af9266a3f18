/**
 * Rows of a remote Parquet file by the pages that hold them, for files with a page index. The small leaf
 * columns of a row group (roles, ids) are read in one go and kept decoded; large ones page by page.
 */
import { parquetRead, parquetReadObjects, type AsyncBuffer, type FileMetaData } from "hyparquet";
import type { LimitFunction } from "p-limit";
import { UserError, errorMessage } from "../../errors.ts";
import { plainValue } from "../parquet.ts";
import type { RawRow, ReadRow } from "../source/types.ts";
import type { Lru } from "./cache.ts";
import { CODECS } from "./codecs.ts";
import type { RemoteFile, Tail } from "./footers.ts";
import type { HubClient } from "./http.ts";
import { packTexts, type PackedTexts } from "./texts.ts";
import { leafValue, mergeRows, plainPath, pruneMetadata, type Leaf } from "./leaves.ts";
import { unpackAhead } from "./unpack.ts";

/** Chunks up to this size are read whole: a page of them would cost the same request. */
export const SMALL_CHUNK_BYTES = 1 << 17;
/** Small chunks that lie nearer together than this are read as one range. */
const GAP_BYTES = 1 << 14;

export type PageReader = {
  readonly client: HubClient;
  /** Small leaves by file and row group, shared by all files of a data set. */
  readonly decoded: Lru<SmallLeaves>;
  /** Columns that rows will be asked for: their small leaves are read together. */
  readonly columns: readonly string[];
  /** Bounds the runs of rows that are fetched and unpacked at a time, and so the memory: each is megabytes. */
  readonly limit: LimitFunction;
};

/** By leaf a JSON text a row; a row is put together when it is wanted, which is one of a thousand. */
export type SmallLeaves = ReadonlyMap<Leaf, PackedTexts>;

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
    const isSmall = Number(chunk.total_compressed_size) <= SMALL_CHUNK_BYTES;
    (isSmall && plainPath(metadata, leaf) !== null ? small : large).push(leaf);
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
        file: bufferOf(file, tail, { metadata, group }, client),
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

async function readLeaves(
  file: RemoteFile,
  tail: Tail,
  span: GroupSpan,
  leaves: readonly Leaf[],
  { client }: Pick<PageReader, "client">,
): Promise<RawRow[]> {
  const metadata = pruneMetadata(tail.metadata, leaves);
  const rows = await orBroken(file, span, () =>
    parquetReadObjects({
      file: bufferOf(file, tail, { metadata, group: span.group }, client),
      metadata,
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

/** Slices as hyparquet asks for them: from the tail, from a run of small chunks, or from the Hub. */
function bufferOf(
  file: RemoteFile,
  tail: Tail,
  { metadata, group }: { readonly metadata: FileMetaData; readonly group: number },
  client: HubClient,
): AsyncBuffer {
  const runs = smallRuns(metadata, group);
  // A writer packs all columns alike; if not, some pages are unpacked a little later.
  const codec = metadata.row_groups[group]?.columns[0]?.meta_data?.codec ?? "";
  const loaded = new Map<Span, Promise<Uint8Array>>();
  const load = (run: Span): Promise<Uint8Array> => {
    const loading =
      loaded.get(run) ?? client.range(file.url, run.start, run.end).then(({ bytes }) => bytes);
    loaded.set(run, loading);
    return loading;
  };
  return {
    byteLength: file.size,
    async slice(start, end = file.size) {
      if (start >= tail.start) return tail.bytes.slice(start - tail.start, end - tail.start).buffer;
      const run = runs.find((one) => one.start <= start && end <= one.end);
      if (run === undefined) {
        const { bytes } = await client.range(file.url, start, end);
        await unpackAhead(bytes, codec);
        return bytes.buffer;
      }
      return new Uint8Array((await load(run)).subarray(start - run.start, end - run.start)).buffer;
    },
  };
}

/** Small chunks of a row group, neighbours put together. */
function smallRuns(metadata: FileMetaData, group: number): Span[] {
  const small = (metadata.row_groups[group]?.columns ?? []).flatMap(({ meta_data: chunk }) => {
    if (chunk === undefined || Number(chunk.total_compressed_size) > SMALL_CHUNK_BYTES) return [];
    const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
    return [{ start, end: start + Number(chunk.total_compressed_size) }];
  });
  const runs: Span[] = [];
  for (const chunk of small.sort((a, b) => a.start - b.start)) {
    const last = runs.at(-1);
    if (last !== undefined && chunk.start - last.end <= GAP_BYTES)
      runs[runs.length - 1] = { start: last.start, end: chunk.end };
    else runs.push(chunk);
  }
  return runs;
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
