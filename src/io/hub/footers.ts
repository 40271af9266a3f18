/**
 * Footers of remote Parquet files. What stands behind the last data page (page indexes and footer) is
 * read once and kept on disk by commit: planning a second draw reads nothing.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetMetadataAsync, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { UserError, errorMessage } from "../../errors.ts";
import { writeWhole } from "../store.ts";
import { dictionaryFacts, pageLocations } from "./dictionaries.ts";
import type { HubClient } from "./http.ts";
import { jsonAsText } from "./json-cells.ts";

export type RemoteFile = {
  /** Path in the repository. */
  readonly path: string;
  readonly url: string;
  readonly size: number;
};

export type Tail = {
  /** Byte offset in the file where `bytes` begins. */
  readonly start: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly metadata: FileMetaData;
};

/** First guess; footers of 10 row groups are about 10 kB, their page indexes about as much. */
const TAIL_BYTES = 1 << 16;

/**
 * The tail of a file, from disk or from the Hub. `cacheDir` belongs to one commit of one data set.
 * @throws UserError for a file whose footer is broken.
 */
export async function readTail(
  client: HubClient,
  file: RemoteFile,
  cacheDir: string,
): Promise<Tail> {
  const cached = join(cacheDir, `${encodeURIComponent(file.path)}.tail`);
  const known = await readFile(cached).catch(() => null);
  if (known !== null && known.length <= file.size) {
    const tail = await parseTail(file, new Uint8Array(known));
    if (tail !== null) return tail;
  }
  let tail = await fetchTail(client, file, TAIL_BYTES);
  const wanted = file.size - firstIndexByte(tail.metadata, file.size);
  if (wanted > tail.bytes.length) tail = await fetchTail(client, file, wanted);
  await writeWhole(cached, tail.bytes);
  return tail;
}

/** A column chunk of a row group, as planning sees it. */
export type ChunkFacts = {
  /** Top-level column. */
  readonly column: string;
  readonly bytes: number;
  /** Data pages; null: there is no page index. */
  readonly pages: number | null;
  /** Its dictionary page and the rows that need it; null: none, or no page index. */
  readonly dictionary: { readonly bytes: number; readonly rows: number } | null;
  /** Bounds of its texts, both ends included; null: no statistics. */
  readonly range: readonly [string, string] | null;
};

export type GroupFacts = { readonly rows: number; readonly chunks: readonly ChunkFacts[] };

/** What planning needs of a file, without its footer. */
export function groupFacts(tail: Tail): GroupFacts[] {
  return tail.metadata.row_groups.map((group) => {
    const rows = Number(group.num_rows);
    const chunks = group.columns.map((chunk) => {
      const pages = pageLocations(tail, chunk);
      return {
        column: chunk.meta_data?.path_in_schema[0] ?? "",
        bytes: Number(chunk.meta_data?.total_compressed_size ?? 0),
        pages: pages?.length ?? null,
        dictionary: pages === null ? null : dictionaryFacts(chunk, pages, rows),
        range: textRange(chunk),
      };
    });
    return { rows, chunks };
  });
}

/** Top-level column names. */
export function columnsOf(metadata: FileMetaData): string[] {
  const names: string[] = [];
  const { schema } = metadata;
  let at = 1;
  while (at < schema.length) {
    names.push(schema[at]?.name ?? "");
    at = afterElement(schema, at);
  }
  return names;
}

// ---------------------------------------------------------------------------------------------

async function fetchTail(client: HubClient, file: RemoteFile, bytes: number): Promise<Tail> {
  const start = Math.max(0, file.size - bytes);
  const read = (await client.range(file.url, start, file.size)).bytes;
  const tail = await parseTail(file, read);
  if (tail !== null) return tail;
  // The footer alone is longer than the guess: its length stands before the last four bytes.
  const length = read.length < 8 ? 0 : new DataView(read.buffer).getUint32(read.length - 8, true);
  if (length + 8 <= bytes || length + 8 > file.size) throw broken(file, "it ends with no footer");
  return fetchTail(client, file, length + 8);
}

/** null when the footer begins before these bytes. */
async function parseTail(file: RemoteFile, bytes: Uint8Array<ArrayBuffer>): Promise<Tail | null> {
  const start = file.size - bytes.length;
  if (bytes.length < 12 || Buffer.from(bytes.subarray(-4)).toString("latin1") !== "PAR1")
    throw broken(file, "it does not end with PAR1");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
  if (length + 8 > bytes.length) return null;
  const buffer: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (from, to) => bytes.slice(from, to).buffer,
  };
  try {
    return { start, bytes, metadata: jsonAsText(await parquetMetadataAsync(buffer)) };
  } catch (error) {
    throw broken(file, errorMessage(error));
  }
}

/** The upper bound may be cut short ("abc" for "abcd"), so whatever begins with it is inside. */
function textRange(
  chunk: FileMetaData["row_groups"][number]["columns"][number],
): [string, string] | null {
  const { min_value: min, max_value: max } = chunk.meta_data?.statistics ?? {};
  if (chunk.meta_data?.path_in_schema.length !== 1) return null;
  return typeof min === "string" && typeof max === "string" ? [min, `${max}\u{10FFFF}`] : null;
}

/** Where the page indexes begin, or the file's end when there are none. */
function firstIndexByte(metadata: FileMetaData, size: number): number {
  let first = size;
  for (const group of metadata.row_groups) {
    for (const chunk of group.columns) {
      if (chunk.offset_index_offset !== undefined)
        first = Math.min(first, Number(chunk.offset_index_offset));
    }
  }
  return first;
}

function afterElement(schema: FileMetaData["schema"], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++)
    next = afterElement(schema, next);
  return next;
}

function broken(file: RemoteFile, why: string): UserError {
  return new UserError(
    `${file.path} is no Parquet file that can be read: ${why}`,
    "name other files of the data set, or another revision of it",
  );
}
