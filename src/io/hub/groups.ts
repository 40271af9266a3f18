/**
 * Rows of a remote Parquet file without a page index: the row groups that hold them are copied into a
 * local file full of holes, and DuckDB reads that. Memory stays flat however large a group is, and a
 * killed run finds the groups that it has.
 */
import { open, readFile, rm, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileMetaData } from "hyparquet";
import { inParallel } from "../in-parallel.ts";
import { readParquetRows } from "../parquet.ts";
import type { ReadRow } from "../source/types.ts";
import { writeWhole } from "../store.ts";
import { chunkStart } from "./dictionaries.ts";
import type { RemoteFile, Tail } from "./footers.ts";
import type { HubClient } from "./http.ts";
import { makeFolder } from "../make-folder.ts";

export type GroupReader = {
  readonly client: HubClient;
  /** Folder of the copies; belongs to one commit of one data set. */
  readonly copyDir: string;
  readonly parallel: number;
};

/** A piece is read whole before it is written, so it bounds the memory: pieces in flight x this. */
const PIECE_BYTES = 1 << 22;

/** Rows in the order asked. Only the columns' chunks of the groups that hold them are copied. */
export async function readByGroup(
  file: RemoteFile,
  tail: Tail,
  rows: readonly number[],
  columns: readonly string[],
  reader: GroupReader,
): Promise<ReadRow[]> {
  const copy = join(reader.copyDir, encodeURIComponent(file.path));
  const there = await openCopy(copy, file, tail);
  const wanted = chunksOf(tail.metadata, rows, columns).filter(
    (chunk) => !there.has(nameOf(chunk)),
  );
  if (wanted.length > 0) {
    await fill(copy, file, wanted, reader);
    await writeWhole(`${copy}.chunks`, JSON.stringify([...there, ...wanted.map(nameOf)]));
  }
  return readParquetRows(copy, rows, columns);
}

/** Takes the copies away: they were kept so that a stopped run need not read them again. */
export async function removeCopies(copyDir: string): Promise<void> {
  await rm(copyDir, { recursive: true, force: true });
}

// ---------------------------------------------------------------------------------------------

type Span = { readonly start: number; readonly end: number };

const nameOf = (span: Span): string => `${span.start}-${span.end}`;

/** Makes the file with its footer when it is not there; which chunks it holds. */
async function openCopy(copy: string, file: RemoteFile, tail: Tail): Promise<Set<string>> {
  const list = await readFile(`${copy}.chunks`, "utf8").catch(() => null);
  if (list !== null) return new Set(JSON.parse(list) as string[]);
  await makeFolder(dirname(copy));
  const handle = await open(copy, "w");
  try {
    await handle.write(Buffer.from("PAR1"), 0, 4, 0);
    await handle.write(tail.bytes, 0, tail.bytes.length, tail.start);
  } finally {
    await handle.close();
  }
  await truncate(copy, file.size);
  await writeWhole(`${copy}.chunks`, "[]");
  return new Set();
}

function chunksOf(
  metadata: FileMetaData,
  rows: readonly number[],
  columns: readonly string[],
): Span[] {
  const sorted = [...rows].sort((a, b) => a - b);
  let first = 0;
  return metadata.row_groups.flatMap((group) => {
    const end = first + Number(group.num_rows);
    const isWanted = sorted.some((row) => row >= first && row < end);
    first = end;
    if (!isWanted) return [];
    return group.columns.flatMap(({ meta_data: chunk }) => {
      if (chunk === undefined || !columns.includes(chunk.path_in_schema[0] ?? "")) return [];
      const start = chunkStart(chunk);
      return [{ start, end: start + Number(chunk.total_compressed_size) }];
    });
  });
}

async function fill(
  copy: string,
  file: RemoteFile,
  chunks: readonly Span[],
  { client, parallel }: GroupReader,
): Promise<void> {
  const handle = await open(copy, "r+");
  try {
    const pieces = coalesced(chunks).flatMap(cut);
    await inParallel(pieces, Math.min(parallel, 8), async ({ start, end }) => {
      const { bytes } = await client.range(file.url, start, end);
      await handle.write(bytes, 0, bytes.length, start);
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function coalesced(chunks: readonly Span[]): Span[] {
  const runs: Span[] = [];
  for (const chunk of [...chunks].sort((a, b) => a.start - b.start)) {
    const last = runs.at(-1);
    if (last !== undefined && chunk.start === last.end)
      runs[runs.length - 1] = { start: last.start, end: chunk.end };
    else runs.push(chunk);
  }
  return runs;
}

function cut(span: Span): Span[] {
  const pieces: Span[] = [];
  for (let start = span.start; start < span.end; start += PIECE_BYTES) {
    pieces.push({ start, end: Math.min(start + PIECE_BYTES, span.end) });
  }
  return pieces;
}
