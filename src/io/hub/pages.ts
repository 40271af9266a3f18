/**
 * Rows of a remote Parquet file by the pages that hold them, for files with a page index. Small column
 * chunks (roles, ids) are read whole, with their neighbours, and kept; large ones page by page.
 */
import { parquetReadObjects, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { UserError, errorMessage } from "../../errors.ts";
import { plainValue } from "../parquet.ts";
import type { RawRow, ReadRow } from "../source/types.ts";
import type { ByteCache } from "./cache.ts";
import { CODECS } from "./codecs.ts";
import type { RemoteFile, Tail } from "./footers.ts";
import type { HubClient } from "./http.ts";

/** Chunks up to this size are read whole: a page of them would cost the same request. */
export const SMALL_CHUNK_BYTES = 1 << 17;
/** Small chunks that lie nearer together than this are read as one range. */
const GAP_BYTES = 1 << 14;

export type PageReader = {
  readonly client: HubClient;
  /** Shared by all files of a data set; holds small chunks. */
  readonly cache: ByteCache;
  /** Columns whose small chunks are read together, so that no two reads take the same bytes. */
  readonly together: readonly string[];
  /** Reads in flight. */
  readonly parallel: number;
};

/** Rows in the order asked; neighbours are read together, and no page is read for another row. */
export async function readByPage(
  file: RemoteFile,
  tail: Tail,
  rows: readonly number[],
  columns: readonly string[],
  reader: PageReader,
): Promise<ReadRow[]> {
  const buffer = bufferOf(file, tail, reader);
  const found = new Map<number, RawRow>();
  await inParallel(neighbours(rows), reader.parallel, async (span) => {
    const read = await readSpan(file, buffer, tail.metadata, span, columns);
    for (const [n, row] of read.entries()) found.set(span.start + n, row);
  });
  return rows.map((row) => ({ ok: true, row: found.get(row) ?? {} }));
}

/** A column as texts; null where a cell is null or no text. `groups`: which row groups, ascending. */
export async function readTextsByGroup(
  file: RemoteFile,
  tail: Tail,
  column: string,
  groups: readonly number[],
  reader: PageReader,
): Promise<(string | null)[][]> {
  const buffer = bufferOf(file, tail, reader);
  const spans = groupSpans(tail.metadata);
  const texts = new Map<number, (string | null)[]>();
  await inParallel(groups, reader.parallel, async (group) => {
    const span = spans[group] ?? { start: 0, end: 0 };
    const rows = await readSpan(file, buffer, tail.metadata, span, [column]);
    texts.set(
      group,
      rows.map((row) => (typeof row[column] === "string" ? row[column] : null)),
    );
  });
  return groups.map((group) => texts.get(group) ?? []);
}

export async function inParallel<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
}

// ---------------------------------------------------------------------------------------------

type Span = { readonly start: number; readonly end: number };

async function readSpan(
  file: RemoteFile,
  buffer: AsyncBuffer,
  metadata: FileMetaData,
  span: Span,
  columns: readonly string[],
): Promise<RawRow[]> {
  try {
    const rows = await parquetReadObjects({
      file: buffer,
      metadata,
      rowStart: span.start,
      rowEnd: span.end,
      useOffsetIndex: true,
      compressors: CODECS,
      columns: [...columns],
    });
    return rows.map((row) => plainValue(row) as RawRow);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file.path} cannot be read at rows ${span.start} to ${span.end - 1}: ${errorMessage(error)}`,
      "name other files of the data set, or another revision of it",
      { cause: error },
    );
  }
}

/** Slices as hyparquet asks for them: from the tail, from kept small chunks, or from the Hub. */
function bufferOf(
  file: RemoteFile,
  tail: Tail,
  { client, cache, together }: PageReader,
): AsyncBuffer {
  const runs = smallRuns(tail.metadata, together);
  return {
    byteLength: file.size,
    async slice(start, end = file.size) {
      if (start >= tail.start) return tail.bytes.slice(start - tail.start, end - tail.start).buffer;
      const run = runs.find((one) => one.start <= start && end <= one.end);
      if (run === undefined) return (await client.range(file.url, start, end)).bytes.buffer;
      const bytes = await cache.get(
        `${file.url} ${run.start} ${run.end}`,
        async () => (await client.range(file.url, run.start, run.end)).bytes,
      );
      return bytes.slice(start - run.start, end - run.start).buffer;
    },
  };
}

/** Small chunks of the columns, neighbours put together, row groups kept apart. */
function smallRuns(metadata: FileMetaData, columns: readonly string[]): Span[] {
  return metadata.row_groups.flatMap((group) => {
    const small = group.columns.flatMap(({ meta_data: chunk }) => {
      if (chunk === undefined || Number(chunk.total_compressed_size) > SMALL_CHUNK_BYTES) return [];
      if (!columns.includes(chunk.path_in_schema[0] ?? "")) return [];
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
  });
}

/** Runs of neighbouring rows: one read each. */
function neighbours(rows: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const row of [...new Set(rows)].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && last.end === row) spans[spans.length - 1] = { ...last, end: row + 1 };
    else spans.push({ start: row, end: row + 1 });
  }
  return spans;
}

function groupSpans(metadata: FileMetaData): Span[] {
  let start = 0;
  return metadata.row_groups.map((group) => {
    start += Number(group.num_rows);
    return { start: start - Number(group.num_rows), end: start };
  });
}
