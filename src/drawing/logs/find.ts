/**
 * Finding the runs of files and folders: session logs of every known agent, told by their content, with
 * the files that belong to one run put together. What holds no run is said and counted; rows of data
 * sets are left to their own readers.
 */
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isAtif } from "../../core/formats/atif.ts";
import {
  DETECT_LINES,
  documentFormat,
  lineFormat,
  sideDocument,
  type DocumentFormat,
  type LineFormat,
} from "../../core/formats/detect.ts";
import { isAiderChat, isAiderRequests } from "../../core/formats/others.ts";
import { hasConversation } from "../../core/formats/rows.ts";
import { isRecord, listOf, parsedJson, recordOf } from "../../core/formats/values.ts";
import { errorCode, UserError } from "../../errors.ts";
import { diskError } from "../../io/store.ts";
import { databaseFormat, type DatabaseFormat } from "./databases.ts";
import { isTooLarge, readDocument, readIfThere } from "../../io/sessions/documents.ts";
import { firstValues } from "../../io/sessions/log-lines.ts";
import { hasSqlite, SQLITE_MAGIC } from "../../io/sessions/sqlite.ts";

/** Why a file gives no run. */
export const SKIP_MEANINGS = {
  patches: "the patches of a batch, no run",
  verdicts: "verdicts on runs, read with them",
  index: "says something of a run that lies beside it",
  no_run: "no run of a known agent, and no rows of a data set",
  other_kind: "of a kind that is not read",
  bad_json: "no JSON",
  too_large:
    "longer than 256 MB, and such a file is read whole; write its runs as JSON Lines, or in several files",
  attempt: "an attempt of a retrying SWE-agent that the file above its folder holds too",
  no_sqlite:
    "a SQLite database, which this Node cannot read; use Node 22.5 or newer, or npm install --no-save --save-prod better-sqlite3@12",
  bad_database: "a SQLite database that is broken, locked, or of no known agent",
  begun: "its first line is still being written",
  no_turn: "a log in which no model says anything",
  aider_chat:
    "aider's chat history cannot be split into turns with certainty; run aider with --llm-history-file",
} as const;
export type SkipReason = keyof typeof SKIP_MEANINGS;

export type LogKind =
  | { readonly shape: "lines"; readonly format: LineFormat }
  | { readonly shape: "documents-in-lines"; readonly format: DocumentFormat }
  | { readonly shape: "document"; readonly format: DocumentFormat }
  | { readonly shape: "documents"; readonly format: DocumentFormat }
  | { readonly shape: "events"; readonly format: "openhands"; readonly files: readonly string[] }
  | { readonly shape: "database"; readonly format: DatabaseFormat }
  | { readonly shape: "eval"; readonly format: "inspect" }
  | { readonly shape: "requests"; readonly format: "aider" };

export type FoundFile =
  | { readonly kind: "log"; readonly path: string; readonly log: LogKind }
  | { readonly kind: "rows"; readonly path: string }
  | { readonly kind: "skip"; readonly path: string; readonly why: SkipReason };

/**
 * What each of the files is, in their order, but for those that belong to another (OpenHands' events,
 * a database's log). Files are opened one after the other, when they are asked for.
 * @throws UserError when a file cannot be read.
 */
export async function* findLogs(paths: readonly string[]): AsyncGenerator<FoundFile> {
  const events = eventFolders(paths);
  const given = new Set(paths);
  for (const path of paths) {
    const folder = folderOfEvent(path);
    if (folder !== null) {
      const files = events.get(folder);
      if (files?.[0] === path) {
        yield {
          kind: "log",
          path: dirname(folder),
          log: { shape: "events", format: "openhands", files },
        };
      }
      continue;
    }
    if (isPartOf(path, events)) continue;
    if (await isHeldAbove(path, given)) {
      yield { kind: "skip", path, why: "attempt" };
      continue;
    }
    const found = await findOne(path, paths.length > 1);
    const isBegun = paths.length > 1 && found.kind === "rows" && (await hasTornLineAlone(path));
    yield isBegun ? { kind: "skip", path, why: "begun" } : found;
  }
}

/** A database of a known agent that broke, or was locked, while it was read. */
export function isUnreadDatabase(
  file: Extract<FoundFile, { kind: "log" }>,
  error: unknown,
): boolean {
  return file.log.shape === "database" && error instanceof UserError;
}

/** Why a database gives no run. */
export const databaseSkip = (): SkipReason => (hasSqlite() ? "bad_database" : "no_sqlite");

/**
 * What one file is.
 * @param isAmong others: a database that cannot be read is passed over. @throws UserError where it is alone.
 */
async function findOne(path: string, isAmong: boolean): Promise<FoundFile> {
  const skip = (why: SkipReason): FoundFile => ({ kind: "skip", path, why });
  const log = (kind: LogKind): FoundFile => ({ kind: "log", path, log: kind });
  if (/\.parquet$/i.test(path)) return { kind: "rows", path };
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return findLines(path);
  if (/\.(json|traj)(\.gz)?$/i.test(path)) return findDocument(path);
  if (/\.eval$/i.test(path)) return log({ shape: "eval", format: "inspect" });
  const beginning = await beginningOf(path);
  if (beginning.startsWith(SQLITE_MAGIC)) {
    return findDatabase(path, isAmong);
  }
  if (isAiderRequests(beginning)) {
    if (await isTooLarge(path)) return skip("too_large");
    return log({ shape: "requests", format: "aider" });
  }
  return skip(isAiderChat(beginning) ? "aider_chat" : "other_kind");
}

// ---------------------------------------------------------------------------------------------

const ROW_FORMATS = new Set<DocumentFormat>(["mini-swe-agent", "swe-agent"]);
const ATTEMPT = /^attempt_(\d+)$/;
/** Bytes. */
const MAX_BEGUN = 1 << 16;
const EVENT = /^event-(\d+)-[^/]*\.json$/;

async function findDatabase(path: string, isAmong: boolean): Promise<FoundFile> {
  try {
    const format = await databaseFormat(path);
    return format === null
      ? { kind: "skip", path, why: "no_run" }
      : { kind: "log", path, log: { shape: "database", format } };
  } catch (error) {
    if (!isAmong || !(error instanceof UserError)) throw error;
    return { kind: "skip", path, why: databaseSkip() };
  }
}

function folderOfEvent(path: string): string | null {
  const folder = dirname(path);
  return basename(folder) === "events" && EVENT.test(basename(path)) ? folder : null;
}

/** Events by folder, in the order of their numbers. */
function eventFolders(paths: readonly string[]): Map<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = folderOfEvent(path);
    if (folder === null) continue;
    const own = folders.get(folder);
    if (own === undefined) folders.set(folder, [path]);
    else own.push(path);
  }
  const number = (path: string): number => Number(EVENT.exec(basename(path))?.[1] ?? 0);
  for (const own of folders.values()) own.sort((a, b) => number(a) - number(b));
  return folders;
}

/** Read with what it belongs to. */
function isPartOf(path: string, events: ReadonlyMap<string, unknown>): boolean {
  const name = basename(path);
  if (/-(wal|shm|journal)$/.test(name)) return true;
  if (name.startsWith(".eventlog")) return true;
  const inFolder = (folder: string): boolean => events.has(folder);
  return name === "base_state.json" && inFolder(`${dirname(path)}/events`);
}

/**
 * `<id>/attempt_<n>/<id>.traj`, n from 0, of which `<id>/<id>.traj` has the same once the attempt is over:
 * what was killed before that stands in the attempt's file alone.
 */
async function isHeldAbove(path: string, given: ReadonlySet<string>): Promise<boolean> {
  const folder = dirname(path);
  const number = ATTEMPT.exec(basename(folder))?.[1];
  const above = join(dirname(folder), basename(path));
  if (number === undefined || !given.has(above)) return false;
  const attempts = listOf(recordOf(await readIfThere(above))["attempts"]);
  return Array.isArray(recordOf(attempts[Number(number)])["history"]);
}

async function findLines(path: string): Promise<FoundFile> {
  const first = await firstValues(path, DETECT_LINES);
  const format = lineFormat(first);
  if (format !== null) return { kind: "log", path, log: { shape: "lines", format } };
  const document = documentFormat(first[0]);
  // Rows of a data set may be runs of a harness, each of another.
  if (document !== null && !ROW_FORMATS.has(document)) {
    return { kind: "log", path, log: { shape: "documents-in-lines", format: document } };
  }
  return { kind: "rows", path };
}

/** A session that an agent has just begun, of which nobody can tell whose it is. */
async function hasTornLineAlone(path: string): Promise<boolean> {
  if (!/\.(jsonl|ndjson)$/i.test(path)) return false;
  const beginning = await beginningOf(path, MAX_BEGUN + 1);
  if (beginning.length > MAX_BEGUN || /\n|^\s*$/.test(beginning)) return false;
  return parsedJson(beginning) === undefined;
}

async function findDocument(path: string): Promise<FoundFile> {
  const document = await readDocument(path);
  if (!document.ok) {
    return { kind: "skip", path, why: document.why === "too_large" ? "too_large" : "bad_json" };
  }
  const { value } = document;
  const format = documentFormat(value);
  if (format !== null) return { kind: "log", path, log: { shape: "document", format } };
  if (Array.isArray(value)) {
    const first = documentFormat(value[0]);
    if (first !== null && value.every((one) => documentFormat(one) === first)) {
      return { kind: "log", path, log: { shape: "documents", format: first } };
    }
    const isRows = value.length > 0 && value.every(isRecord);
    return isRows ? { kind: "rows", path } : { kind: "skip", path, why: "no_run" };
  }
  if (isRecord(value)) {
    const side = sideDocument(value);
    if (hasConversation(Object.keys(value)) || isAtif(value)) return { kind: "rows", path };
    if (side !== null) return { kind: "skip", path, why: side };
    // A single row, such as a pull request's record.
    if ("instance_id" in value) return { kind: "rows", path };
  }
  return { kind: "skip", path, why: "no_run" };
}

async function beginningOf(path: string, length = 64): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return ""; // A link to nowhere.
    throw diskError(path, "read", error);
  }
}
