/**
 * A split of a Hub data set, opened: its commit, its footers, and whether the viewer shows it. Which
 * way its rows are read is decided by whoever plans; `readBy` carries it out.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { inParallel } from "../in-parallel.ts";
import { openLineCache } from "../line-cache.ts";
import { openReadable } from "../source/local.ts";
import { sourceOf, type Opened } from "../source/rows.ts";
import type { RowSource } from "../source/types.ts";
import { createLru } from "./cache.ts";
import { checkCodecs } from "./codecs.ts";
import { fetchWhole } from "./download.ts";
import {
  columnsOf,
  groupFacts,
  readTail,
  type GroupFacts,
  type RemoteFile,
  type Tail,
} from "./footers.ts";
import { removeCopies } from "./groups.ts";
import { hubClient, type HubClient, type HubStats } from "./http.ts";
import { leafCounts } from "./leaves.ts";
import { readGroupLeaf } from "./pages.ts";
import { remoteSource, type OpenedFile, type ReadBy } from "./remote.ts";
import { openRepo, resolveUrl, type HubFile, type HubRepo, type HubSpec } from "./repo.ts";
import { sweepCache } from "./sweep.ts";
import { openViewer, type ViewerState } from "./viewer.ts";

export type HubOptions = HubSpec & {
  readonly viewerUrl: string;
  readonly token: string | null;
  /** Folder for footers, rows and copies: "<workspace>/.cache". */
  readonly cacheDir: string;
  readonly concurrency: number;
  /** False: the viewer is not asked at all. */
  readonly useViewer: boolean;
  readonly skipBad: boolean;
  /** Rows and copies are kept apart by it: what one reader releases another one may still want. */
  readonly purpose: string;
  /** Called with the bytes of a set that has to be fetched whole, before it is; may refuse by throwing. */
  readonly beforeWhole?: (bytes: number) => void;
  readonly wait?: (ms: number) => Promise<void>;
  readonly now?: () => Date;
};

export type HubSet = {
  readonly dataset: string;
  readonly commit: string;
  /** By file; [] for a set without Parquet, which is fetched whole. */
  readonly facts: readonly (readonly GroupFacts[])[];
  readonly columns: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  readonly viewer: ViewerState;
  readonly stats: HubStats;
  /** Folder for what is kept of this commit. */
  readonly cacheDir: string;
  /** Tells these files of the commit from any others: for what is kept by file number, or of all files. */
  readonly selection: string;
  readBy(by: ReadBy): RowSource;
  /** Row groups whose statistics allow one of the texts in the column; without statistics, all. */
  groupsWith(column: string, texts: readonly string[]): readonly (readonly [number, number])[];
  /** First row of a row group in its file. */
  groupStart(file: number, group: number): number;
  readGroupTexts(file: number, group: number, column: string): Promise<readonly (string | null)[]>;
  /** What was read may be wanted again: call it when the draw is complete. */
  release(): Promise<void>;
};

/** @throws UserError as `openRepo`, and for files that are broken or packed in an unknown way. */
export async function openHubSet(options: HubOptions): Promise<HubSet> {
  const client = hubClient({ ...options, trusted: [options.viewerUrl] });
  const repo = await openRepo(client, options);
  const home = join(options.cacheDir, "hub", repo.name.replace("/", "__"), repo.commit);
  await sweepCache(options.cacheDir, home, options.now?.() ?? new Date());
  if (!repo.files.every((file) => file.path.endsWith(".parquet")))
    return wholeFiles(client, repo, home, options);

  const kept = createLru<Tail>(KEPT_TAILS);
  const tails = (file: RemoteFile): Promise<Tail> =>
    kept.get(file.path, () => readTail(client, file, join(home, "tails")));
  const files: OpenedFile[] = Array.from({ length: repo.files.length });
  await inParallel([...repo.files.entries()], options.concurrency, async ([n, file]) => {
    const remote = remoteOf(options.endpoint, repo, file);
    const tail = await tails(remote);
    checkCodecs(file.path, tail.metadata);
    files[n] = {
      remote,
      groups: groupFacts(tail),
      columns: columnsOf(tail.metadata),
      counts: leafCounts(tail.metadata),
    };
  });
  const rows = files.flatMap((file) => file.groups).reduce((sum, group) => sum + group.rows, 0);
  const viewer = await probeViewer(client, repo, rows, options);
  const cache = await openLineCache(
    join(
      options.cacheDir,
      "rows",
      `${options.purpose}-${repo.name.replace("/", "__")}-${repo.commit}-${selectionOf(repo)}.jsonl`,
    ),
  );
  const copyDir = join(home, `copies-${options.purpose}`);
  const parallel = options.concurrency;
  const parts = { client, tails, files, repo, viewer, cache, copyDir, parallel };
  return {
    dataset: repo.name,
    commit: repo.commit,
    facts: files.map((file) => file.groups),
    columns: [...new Set(files.flatMap((file) => file.columns))],
    bytes: sizeOf(repo),
    viewer,
    stats: client.stats,
    cacheDir: home,
    selection: selectionOf(repo),
    readBy: (by) => remoteSource(by, parts),
    groupsWith: (column, texts) => groupsWith(files, column, texts),
    groupStart: (file, group) =>
      (files[file]?.groups.slice(0, group) ?? []).reduce((sum, one) => sum + one.rows, 0),
    async readGroupTexts(index, group, column) {
      const file = files[index];
      if (file === undefined) throw new RangeError(`no file ${index} in ${repo.name}`);
      const tail = await tails(file.remote);
      const values = await readGroupLeaf(file.remote, tail, group, column, client);
      return values.map((value) => (typeof value === "string" ? value : null));
    },
    async release() {
      await cache.remove();
      await removeCopies(copyDir);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Parsed tails that are kept in memory; the others are read from disk again. */
const KEPT_TAILS = 128;

function remoteOf(endpoint: string, repo: HubRepo, file: HubFile): RemoteFile {
  const url = resolveUrl(endpoint, repo.name, repo.commit, file.path);
  return { path: file.path, size: file.size, url };
}

function sizeOf(repo: HubRepo): number {
  return repo.files.reduce((sum, file) => sum + file.size, 0);
}

/** Another split, config or glob of the same commit has other files under the same numbers. */
function selectionOf(repo: HubRepo): string {
  const paths = JSON.stringify(repo.files.map((file) => file.path));
  return createHash("sha256").update(paths).digest("hex").slice(0, 12);
}

function groupsWith(
  files: readonly OpenedFile[],
  column: string,
  texts: readonly string[],
): [number, number][] {
  return files.flatMap((file, index) =>
    file.groups.flatMap((group, n): [number, number][] => {
      const chunk = group.chunks.find((one) => one.column === column);
      const range = chunk?.range ?? null;
      const isOpen = range === null || texts.some((text) => text >= range[0] && text <= range[1]);
      return isOpen ? [[index, n]] : [];
    }),
  );
}

/** A viewer that does not answer is one that cannot be used: a few tries are enough. */
async function probeViewer(
  client: HubClient,
  repo: HubRepo,
  rows: number,
  options: HubOptions,
): Promise<ViewerState> {
  if (!options.useViewer) return { ok: false, why: "it is not asked ([source].read)" };
  if (repo.config === null || repo.split === null)
    return { ok: false, why: "files were chosen by path" };
  const probe = hubClient({ ...options, trusted: [options.viewerUrl], tries: 3 });
  try {
    return await openViewer(probe, client, {
      url: options.viewerUrl,
      dataset: repo.name,
      config: repo.config,
      split: repo.split,
      commit: repo.commit,
      rows,
    });
  } catch (error) {
    if (error instanceof UserError) return { ok: false, why: error.message };
    throw error;
  }
}

/** Sets without Parquet are fetched whole, once a commit, and read as local files. */
async function wholeFiles(
  client: HubClient,
  repo: HubRepo,
  home: string,
  options: HubOptions,
): Promise<HubSet> {
  options.beforeWhole?.(sizeOf(repo));
  const opened: Opened[] = [];
  for (const file of repo.files) {
    const path = join(home, "files", file.path);
    await fetchWhole(client, remoteOf(options.endpoint, repo, file), path);
    const content = await openReadable(path, options);
    opened.push({ dataset: repo.name, revision: repo.commit, name: file.path, file: content });
  }
  const source = sourceOf(opened);
  return {
    dataset: repo.name,
    commit: repo.commit,
    facts: [],
    columns: [...new Set(opened.flatMap(({ file }) => file.columns))],
    bytes: sizeOf(repo),
    viewer: { ok: false, why: "the files are fetched whole" },
    stats: client.stats,
    cacheDir: home,
    selection: selectionOf(repo),
    readBy: () => source,
    groupsWith: () => [],
    groupStart: () => 0,
    readGroupTexts: () => Promise.resolve([]),
    release: () => Promise.resolve(),
  };
}
