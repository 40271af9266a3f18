/** The bytes of a remote Parquet file as its reader asks for them, from wherever they cost least. */
import type { AsyncBuffer, ColumnChunk, ColumnMetaData, FileMetaData } from "hyparquet";
import { chunkStart, dictionaryAt, type Dictionaries } from "./dictionaries.ts";
import type { RemoteFile, Tail } from "./footers.ts";
import type { HubClient } from "./http.ts";
import { pageHeaders } from "./page-headers.ts";
import { unpackAhead } from "./unpack.ts";

/** Chunks up to this size are read whole: a page of them would cost the same request. */
export const SMALL_CHUNK_BYTES = 1 << 17;
/** Small chunks that lie nearer together than this are read as one range. */
const GAP_BYTES = 1 << 14;

export function isSmall(chunk: ColumnMetaData): boolean {
  return Number(chunk.total_compressed_size) <= SMALL_CHUNK_BYTES;
}

export function isLarge({ meta_data: chunk }: ColumnChunk): boolean {
  return chunk !== undefined && !isSmall(chunk);
}

/**
 * Slices of the tail, of a run of small chunks, or of the Hub. With `dictionaries` (null: none are
 * kept) pages of large chunks that need one come with it before them: the reader is to be given metadata
 * that hides it.
 */
export function sliced(
  file: RemoteFile,
  tail: Tail,
  { metadata, group }: { readonly metadata: FileMetaData; readonly group: number },
  {
    client,
    dictionaries,
  }: { readonly client: HubClient; readonly dictionaries: Dictionaries | null },
): AsyncBuffer {
  const columns = metadata.row_groups[group]?.columns ?? [];
  const runs = smallRuns(columns.flatMap(({ meta_data: chunk }) => chunk ?? []));
  const large = columns.filter(isLarge);
  // A writer packs all columns alike; if not, some pages are unpacked a little later.
  const codec = columns[0]?.meta_data?.codec ?? "";
  const loaded = new Map<Span, Promise<Uint8Array>>();

  const fetched = async ({ start, end }: Span): Promise<Uint8Array<ArrayBuffer>> =>
    start >= tail.start
      ? tail.bytes.slice(start - tail.start, end - tail.start)
      : (await client.range(file.url, start, end)).bytes;
  const load = (run: Span): Promise<Uint8Array> => {
    const loading = loaded.get(run) ?? fetched(run);
    loaded.set(run, loading);
    return loading;
  };
  const withDictionary = async (
    pages: Uint8Array<ArrayBuffer>,
    start: number,
  ): Promise<Uint8Array<ArrayBuffer>> => {
    const span = dictionaries === null ? null : dictionaryAt(tail, large, start);
    if (dictionaries === null || span === null || start < span.end) return pages;
    if (!pageHeaders(pages).some(({ usesDictionary }) => usesDictionary)) return pages;
    const dictionary = await dictionaries.get(`${file.path} ${span.start}`, () => fetched(span));
    const joined = new Uint8Array(dictionary.length + pages.length);
    joined.set(dictionary);
    joined.set(pages, dictionary.length);
    return joined;
  };

  return {
    byteLength: file.size,
    async slice(start, end = file.size) {
      const run = runs.find((one) => one.start <= start && end <= one.end);
      if (run !== undefined && start < tail.start)
        return new Uint8Array((await load(run)).subarray(start - run.start, end - run.start))
          .buffer;
      const bytes = await withDictionary(await fetched({ start, end }), start);
      if (start < tail.start) await unpackAhead(bytes, codec);
      return bytes.buffer;
    },
  };
}

// ---------------------------------------------------------------------------------------------

type Span = { readonly start: number; readonly end: number };

/** Small chunks of a row group, neighbours put together. */
function smallRuns(chunks: readonly ColumnMetaData[]): Span[] {
  const small = chunks.filter(isSmall).map((chunk) => {
    const start = chunkStart(chunk);
    return { start, end: start + Number(chunk.total_compressed_size) };
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
