/**
 * Local sources with logs among them: every log is opened as a file of rows, a run a row, and files
 * without a run are counted and left out. The one door for all that reads files a person names.
 */
import { runRow } from "../../core/formats/run-row.ts";
import { hasConversation } from "../../core/formats/rows.ts";
import type { Run } from "../../core/formats/run.ts";
import { UserError } from "../../errors.ts";
import {
  matchingFiles,
  nameOf,
  noneReadable,
  openReadable,
  type LocalSpec,
} from "../../io/source/local.ts";
import { sourceOf, type Opened } from "../../io/source/rows.ts";
import type { OpenFile, OpenOptions, RawRow, RowSource } from "../../io/source/types.ts";
import { threadsOf, type Threads } from "./codex-files.ts";
import {
  databaseSkip,
  findLogs,
  isUnreadDatabase,
  SKIP_MEANINGS,
  type FoundFile,
  type SkipReason,
} from "./find.ts";
import { readLog, type FoundLog } from "./read.ts";

/** What was found of a file. */
export type FileReport = {
  readonly name: string;
  /** "codex 0.171.0", "rows", or why it was left out. */
  readonly what: string;
  readonly rows: number;
  readonly skip: SkipReason | null;
  readonly drops: Readonly<Record<string, number>>;
};

export type OpenedLocal = {
  readonly source: RowSource;
  readonly reports: readonly FileReport[];
};

/**
 * Opens every file that the pattern names. `needsRuns`: rows without a conversation are left out of a
 * folder, as they are for a draw.
 * @throws UserError when the pattern matches nothing that can be read, as `openReadable` does.
 */
export async function openLogs(
  spec: LocalSpec,
  options: OpenOptions & { readonly needsRuns: boolean },
): Promise<OpenedLocal> {
  const { paths, isOne } = await matchingFiles(spec);
  const threads = threadsOf(paths);
  const opened: Opened[] = [];
  const reports: FileReport[] = [];
  for await (const file of findLogs(paths)) {
    const name = nameOf(spec.root, file.path);
    const { open, report } = await openOne(file, { ...options, name, isOne, threads });
    reports.push(report);
    if (open !== null) opened.push({ dataset: spec.pattern, revision: null, name, file: open });
  }
  if (opened.length === 0) throw databasesAlone(reports) ?? noneReadable(spec, paths.length);
  return { source: sourceOf(opened), reports };
}

// ---------------------------------------------------------------------------------------------

type How = OpenOptions & {
  readonly needsRuns: boolean;
  readonly name: string;
  readonly isOne: boolean;
  readonly threads: Threads;
};

type One = { readonly open: OpenFile | null; readonly report: FileReport };

async function openOne(file: FoundFile, how: How): Promise<One> {
  const { name, isOne, needsRuns } = how;
  const skipped = (skip: FileReport["skip"], drops: FileReport["drops"] = {}): One => ({
    open: null,
    report: { name, what: skip ?? "", rows: 0, skip, drops },
  });
  if (file.kind === "log") {
    const log = await openLog(file, how.threads).catch((error: unknown) => {
      if (isOne || !isUnreadDatabase(file, error)) throw error;
      return null;
    });
    if (log === null) return skipped(databaseSkip());
    if (log.open.rows === 0 && !isOne) return skipped("no_turn", log.drops);
    const { open, what, drops } = log;
    return { open, report: { name, what, rows: open.rows, skip: null, drops } };
  }
  // A file that is named itself, or broken, is opened so that what is wrong with it is said.
  const isWanted = file.kind === "rows" || isOne || file.why === "bad_json";
  if (!isWanted) return skipped(file.why);
  const open = await openReadable(file.path, how);
  if (needsRuns && !isOne && open.rows > 0 && !hasConversation(open.columns)) {
    return skipped("no_run");
  }
  return { open, report: { name, what: "rows", rows: open.rows, skip: null, drops: {} } };
}

/** Where nothing else could be read, a database that could not be is what is wrong. null: there is none. */
function databasesAlone(reports: readonly FileReport[]): UserError | null {
  const lost = reports.find(({ skip }) => skip === "no_sqlite" || skip === "bad_database");
  if (lost?.skip === undefined || lost.skip === null) return null;
  return new UserError(
    `nothing can be read: ${lost.name} is ${SKIP_MEANINGS[lost.skip]}`,
    "docs/sources.md lists what is read, and what databases need",
  );
}

/** Names are kept of every run; the rest is read again when it is asked for. */
async function openLog(
  file: FoundLog,
  threads: Threads,
): Promise<{ open: OpenFile; what: string; drops: Record<string, number> }> {
  const names: RawRow[] = [];
  const columns = new Set<string>();
  const drops: Record<string, number> = {};
  const versions = new Set<string>();
  const add = (counts: Readonly<Record<string, number>>): void => {
    for (const [reason, count] of Object.entries(counts))
      drops[reason] = (drops[reason] ?? 0) + count;
  };
  for await (const reading of readLog(file, threads)) {
    add(reading.drops);
    for (const run of reading.runs) {
      add(run.drops);
      names.push(namesOf(run));
      for (const column of Object.keys(runRow(run))) columns.add(column);
      versions.add(`${run.format}${run.version === undefined ? "" : ` ${run.version}`}`);
    }
  }
  return {
    open: openFile(file, threads, { names, columns: [...columns] }),
    what: [...versions].join(", "),
    drops,
  };
}

function namesOf({ id, instance_id, repo, exit_status }: Run): RawRow {
  return { id, instance_id, repo, exit_status };
}

/** `columns`: a log that names no instance has no such column, and asks for no pull request. */
function openFile(
  file: FoundLog,
  threads: Threads,
  { names, columns }: { readonly names: readonly RawRow[]; readonly columns: readonly string[] },
): OpenFile {
  return {
    rows: names.length,
    groupRows: [],
    columns,
    badLines: 0,
    rowNumber: (row) => row,
    readTexts: async (column) =>
      names.map((name) => (typeof name[column] === "string" ? name[column] : null)),
    read: async (wanted) => {
      const rows = await rowsOf(file, threads, new Set(wanted));
      return wanted.map((row) => ({ ok: true, row: rows.get(row) ?? {} }));
    },
  };
}

async function rowsOf(
  file: FoundLog,
  threads: Threads,
  wanted: ReadonlySet<number>,
): Promise<Map<number, RawRow>> {
  const rows = new Map<number, RawRow>();
  let at = 0;
  for await (const { runs } of readLog(file, threads)) {
    for (const run of runs) {
      if (wanted.has(at)) rows.set(at, runRow(run));
      at++;
    }
    if (rows.size === wanted.size) break;
  }
  return rows;
}
