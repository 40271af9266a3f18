/**
 * Dictionary pages of large column chunks. Writers begin a chunk with a dictionary of up to a megabyte
 * and go on without it when it is full, so that few pages of long texts need it. The Parquet reader would
 * fetch it for every page: here it is hidden from the reader, and put before the pages that need it.
 */
import { readOffsetIndex, type ColumnChunk, type FileMetaData } from "hyparquet";
import { createLru, type Lru } from "./cache.ts";

export type Dictionaries = Lru<Uint8Array>;

/** What stands behind a file's last data page: page indexes and footer. */
type TailBytes = {
  /** Byte offset in the file where `bytes` begins. */
  readonly start: number;
  readonly bytes: Uint8Array;
};

type PageLocation = ReturnType<typeof readOffsetIndex>["page_locations"][number];

/** Dictionaries as they are stored, by file and offset; a plan counts on it (core/sample/plan.ts). */
export function createDictionaries(bytes = KEPT_BYTES): Dictionaries {
  return createLru<Uint8Array>(bytes, (page) => page.length);
}

/** Where a chunk begins: with its dictionary, where it has one. */
export function chunkStart(chunk: NonNullable<ColumnChunk["meta_data"]>): number {
  // Some writers put 0 for "no dictionary": no page can begin there.
  return Number(chunk.dictionary_page_offset || chunk.data_page_offset);
}

/** Where the data pages of a chunk are; null: there is no page index. */
export function pageLocations(tail: TailBytes, chunk: ColumnChunk): PageLocation[] | null {
  if (chunk.offset_index_offset === undefined || chunk.offset_index_length === undefined)
    return null;
  const offset = Number(chunk.offset_index_offset) - tail.start;
  if (offset < 0) return null;
  const view = new DataView(tail.bytes.buffer, tail.bytes.byteOffset + offset);
  return readOffsetIndex({ view, offset: 0 }).page_locations;
}

/** A chunk's dictionary: its bytes, and how many rows (from the first one on) have values in it. */
export function dictionaryFacts(
  chunk: ColumnChunk,
  pages: readonly PageLocation[],
  groupRows: number,
): { readonly bytes: number; readonly rows: number } | null {
  const { meta_data: meta } = chunk;
  const bytes = meta === undefined ? 0 : Number(pages[0]?.offset ?? 0) - chunkStart(meta);
  if (bytes <= 0) return null;
  const stats = meta?.encoding_stats?.filter(({ page_type }) => page_type !== "DICTIONARY_PAGE");
  if (stats === undefined) return { bytes, rows: groupRows };
  const encoded = stats
    .filter(({ encoding }) => encoding.endsWith("_DICTIONARY"))
    .reduce((sum, { count }) => sum + count, 0);
  return { bytes, rows: Number(pages[encoded]?.first_row_index ?? groupRows) };
}

/** The same row group with its large chunks beginning at their first data pages. */
export function hideDictionaries(
  tail: TailBytes,
  metadata: FileMetaData,
  group: number,
  isLarge: (chunk: ColumnChunk) => boolean,
): FileMetaData {
  const row_groups = [...metadata.row_groups];
  const own = row_groups[group];
  if (own === undefined) return metadata;
  const columns = own.columns.map((chunk) => (isLarge(chunk) ? withoutOne(tail, chunk) : chunk));
  row_groups[group] = { ...own, columns };
  return { ...metadata, row_groups };
}

/** The dictionary of the chunk that a byte lies in, [start, end); null: the chunk has none. */
export function dictionaryAt(
  tail: TailBytes,
  columns: readonly ColumnChunk[],
  byte: number,
): { readonly start: number; readonly end: number } | null {
  for (const chunk of columns) {
    const { meta_data: meta } = chunk;
    if (meta === undefined) continue;
    const start = chunkStart(meta);
    if (byte < start || byte >= start + Number(meta.total_compressed_size)) continue;
    const end = firstPage(tail, chunk);
    return end !== null && start < end ? { start, end } : null;
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

const KEPT_BYTES = 1 << 26;

/** The same chunk object is asked for with every page of it. */
const firstPages = new WeakMap<ColumnChunk, number | null>();

function firstPage(tail: TailBytes, chunk: ColumnChunk): number | null {
  const known = firstPages.get(chunk);
  if (known !== undefined) return known;
  const offset = pageLocations(tail, chunk)?.[0]?.offset;
  const found = offset === undefined ? null : Number(offset);
  firstPages.set(chunk, found);
  return found;
}

function withoutOne(tail: TailBytes, chunk: ColumnChunk): ColumnChunk {
  const { meta_data: meta } = chunk;
  const first = firstPage(tail, chunk);
  if (meta === undefined || first === null || first <= chunkStart(meta)) return chunk;
  const { dictionary_page_offset: _hidden, ...rest } = meta;
  return {
    ...chunk,
    meta_data: {
      ...rest,
      data_page_offset: BigInt(first),
      total_compressed_size: meta.total_compressed_size - BigInt(first - chunkStart(meta)),
    },
  };
}
