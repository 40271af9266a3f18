/** Rows of a Hub split by one of the three ways, as a source like any other. */
import pLimit from "p-limit";
import { inParallel } from "../in-parallel.ts";
import type { LineCache } from "../line-cache.ts";
import { sourceOf, type Opened } from "../source/rows.ts";
import type { LeafReader, ReadRow, RowAddress, RowSource } from "../source/types.ts";
import { createDictionaries } from "./dictionaries.ts";
import type { GroupFacts, RemoteFile, Tail } from "./footers.ts";
import { readByGroup } from "./groups.ts";
import type { HubClient } from "./http.ts";
import { createSmallLeaves, readByPage, readGroupLeaf, readKeptLeaf } from "./pages.ts";
import type { HubRepo } from "./repo.ts";
import { SMALL_CHUNK_BYTES } from "./slices.ts";
import type { Viewer, ViewerState } from "./viewer.ts";

export type OpenedFile = {
  readonly remote: RemoteFile;
  readonly groups: readonly GroupFacts[];
  readonly columns: readonly string[];
  /** Values of single leaves by row group. */
  readonly counts: LeafReader["counts"];
};

export type RemoteParts = {
  readonly client: HubClient;
  readonly tails: (file: RemoteFile) => Promise<Tail>;
  readonly files: readonly OpenedFile[];
  readonly repo: HubRepo;
  readonly viewer: ViewerState;
  readonly cache: LineCache;
  readonly copyDir: string;
  /** Reads in flight. */
  readonly parallel: number;
};

export type ReadBy = {
  readonly way: "viewer" | "pages" | "groups";
  /** Columns that rows will be asked for. */
  readonly columns: readonly string[];
  /** Rows that the viewer cuts short, in files without page index: left out, or read at any price. */
  readonly cutRows: "drop" | "read";
};

/** The split's rows, read one way; what is read is kept on disk until the draw is complete. */
export function remoteSource(by: ReadBy, parts: RemoteParts): RowSource {
  const { way } = by;
  const { client, tails, files, repo, cache, copyDir, parallel } = parts;
  const decoded = createSmallLeaves();
  const dictionaries = createDictionaries();
  const pages = { client, decoded, dictionaries, columns: by.columns, limit: pLimit(parallel) };
  const starts = startsOf(files);
  // A copy is filled and read by one at a time.
  const copying = pLimit(1);

  const readFile = async (
    index: number,
    rows: readonly number[],
    columns: readonly string[] | undefined,
    by: "pages" | "groups",
  ): Promise<ReadRow[]> => {
    const file = files[index];
    if (file === undefined) throw new RangeError(`no file ${index} in ${repo.name}`);
    const own = file.columns.filter((column) => columns?.includes(column) ?? true);
    const tail = await tails(file.remote);
    return by === "pages"
      ? readByPage(file.remote, tail, rows, own, pages)
      : copying(() => readByGroup(file.remote, tail, rows, own, { client, copyDir, parallel }));
  };

  const opened: Opened[] = files.map((file, index) => ({
    dataset: repo.name,
    revision: repo.commit,
    name: file.remote.path,
    isFar: true,
    file: {
      rows: file.groups.reduce((sum, group) => sum + group.rows, 0),
      groupRows: file.groups.map((group) => group.rows),
      columns: file.columns,
      badLines: 0,
      rowNumber: (row) => row,
      async readTexts(column) {
        const tail = await tails(file.remote);
        const texts: (string | null)[] = [];
        for (const group of file.groups.keys())
          for (const value of await readGroupLeaf(file.remote, tail, group, column, client))
            texts.push(typeof value === "string" ? value : null);
        return texts;
      },
      leaves: {
        counts: file.counts,
        async read(leaf, group) {
          const tail = await tails(file.remote);
          return way === "pages"
            ? readKeptLeaf(file.remote, tail, group, leaf, pages)
            : readGroupLeaf(file.remote, tail, group, leaf, client);
        },
      },
      read: (rows, columns) =>
        way === "viewer" && parts.viewer.ok
          ? readShown(parts.viewer.viewer, starts[index] ?? 0, rows, (cut) =>
              hasPages(file, columns)
                ? readFile(index, cut, columns, "pages")
                : by.cutRows === "read"
                  ? readFile(index, cut, columns, "groups")
                  : null,
            )
          : readFile(index, rows, columns, way === "groups" ? "groups" : "pages"),
    },
  }));

  // Files are read side by side: a draw over a thousand of them takes one row of each.
  const base = sourceOf(opened, way === "groups" ? 1 : parallel);
  return {
    ...base,
    // By groups the rows of a group are read together, so that there is nothing to be kept before.
    read: (at, columns) =>
      cachedRead(
        { base, cache, together: way === "groups" ? Infinity : KEPT_TOGETHER },
        at,
        columns,
      ),
    ...(way === "pages" ? { peek: (at, columns) => base.read(at, columns) } : {}),
  };
}

// ---------------------------------------------------------------------------------------------

/** Rows that are put on disk as soon as all of them are there: what a kill may lose of each read. */
const KEPT_TOGETHER = 16;

type KeptReader = {
  readonly base: RowSource;
  readonly cache: LineCache;
  readonly together: number;
};

/** Reads what is not on disk yet, and puts it there before anything is made of it. */
async function cachedRead(
  { base, cache, together }: KeptReader,
  at: readonly RowAddress[],
  columns: readonly string[] | undefined,
): Promise<ReadRow[]> {
  const keys = at.map(({ file, row }) => `${file}/${row}/${columns?.join(",") ?? "*"}`);
  const missing = [...at.keys()].filter((n) => !cache.has(keys[n] ?? ""));
  const fresh = new Map<number, ReadRow>();
  const readAndKeep = async (places: readonly number[]): Promise<void> => {
    const rows = await base.read(
      places.flatMap((n) => at[n] ?? []),
      columns,
    );
    for (const [n, row] of rows.entries()) fresh.set(places[n] ?? 0, row);
    await cache.put(
      places.flatMap((n) => {
        const row = fresh.get(n);
        return row?.ok === true ? [[keys[n] ?? "", row.row] as const] : [];
      }),
    );
  };
  // What one part could not read is no reason to lose the others.
  const done = await Promise.allSettled(parts(missing, at, together).map(readAndKeep));
  for (const part of done) if (part.status === "rejected") throw part.reason;
  const found: ReadRow[] = [];
  for (const [n, key] of keys.entries()) {
    const row = fresh.get(n);
    found.push(row ?? { ok: true, row: (await cache.get(key)) as Record<string, unknown> });
  }
  return found;
}

/** The places in parts of `size` and more: runs of neighbouring rows are not cut, they share pages. */
function parts(places: readonly number[], at: readonly RowAddress[], size: number): number[][] {
  const found: number[][] = [];
  for (const n of places) {
    const last = found.at(-1);
    const [before, here] = [at[last?.at(-1) ?? -1], at[n]];
    const isNext = before?.file === here?.file && before?.row === (here?.row ?? 0) - 1;
    if (last !== undefined && (last.length < size || isNext)) last.push(n);
    else found.push([n]);
  }
  return found;
}

/** Rows by the viewer, neighbours in one request; those that it cuts short by `fallback`. */
async function readShown(
  viewer: Viewer,
  fileStart: number,
  rows: readonly number[],
  fallback: (rows: readonly number[]) => Promise<ReadRow[]> | null,
): Promise<ReadRow[]> {
  const runs: number[][] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1) === row - 1 && last.length < 100) last.push(row);
    else runs.push([row]);
  }
  const found = new Map<number, ReadRow>();
  await inParallel(runs, runs.length, async (run) => {
    const shown = await viewer.rows(fileStart + (run[0] ?? 0), run.length);
    for (const [n, row] of shown.entries()) found.set(run[n] ?? 0, row);
  });
  const cut = rows.filter((row) => found.get(row)?.ok !== true);
  const whole = cut.length === 0 ? null : await fallback(cut);
  for (const [n, row] of (whole ?? []).entries()) found.set(cut[n] ?? 0, row);
  return rows.map((row) => found.get(row) ?? { ok: false, reason: "truncated_cell" });
}

function hasPages(file: OpenedFile, columns: readonly string[] | undefined): boolean {
  return file.groups.every((group) =>
    group.chunks.every(
      (chunk) =>
        chunk.pages !== null ||
        chunk.bytes <= SMALL_CHUNK_BYTES ||
        (columns !== undefined && !columns.includes(chunk.column)),
    ),
  );
}

function startsOf(files: readonly OpenedFile[]): number[] {
  let start = 0;
  return files.map((file) => {
    const rows = file.groups.reduce((sum, group) => sum + group.rows, 0);
    start += rows;
    return start - rows;
  });
}
