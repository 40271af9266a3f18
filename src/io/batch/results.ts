/**
 * Everything that results*.jsonl of a stage say, found in one pass: where each reply stands, which error
 * lines are new. The first reply to a request wins, and no error replaces it. Replies stay on the disk.
 */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { CarriedReply, Exchange, Reading } from "../../calls/exchange.ts";
import type { CallRules } from "../../calls/rules.ts";
import type { Config } from "../../config.ts";
import { onDisk } from "../disk-faults.ts";
import { APIS } from "../chat/api.ts";
import { parseLine, readLines, type Line } from "../jsonl.ts";
import type { Stage } from "../../work.ts";
import type { Store } from "../store.ts";
import { folderOf, type MapHead, type SeenFile } from "./maps.ts";
import { settingsOf } from "./request.ts";

/** What was asked under a name, the last time that it was. */
export type Asked = { readonly head: MapHead; readonly ask: string; readonly past: Past };
type Past = readonly string[];

export type Found = {
  readonly reply: Place | null;
  /** The last error that answers the last asking. */
  readonly error: Place | null;
  /** Hashes of all its error lines. */
  readonly errors: readonly string[];
};

export type Place = { readonly file: string; readonly start: number; readonly length: number };

export type Results = {
  readonly of: ReadonlyMap<string, Found>;
  /** Request files that were answered, if only in part or by errors. */
  readonly answered: ReadonlySet<number>;
  readonly files: readonly SeenFile[];
  /** What is to be said of the files: lines that fit nothing. */
  readonly notes: readonly string[];
};

export type ResultsOptions = {
  readonly store: Store;
  readonly stage: Stage;
  readonly config: Config;
  readonly rules: CallRules;
  /** core/batch/result-line.ts. */
  readonly readLine: (value: unknown) => CarriedReply | null;
  readonly asked: ReadonlyMap<string, Asked>;
  /** Names of every request file's lines. */
  readonly members: ReadonlyMap<number, ReadonlySet<string>>;
};

export async function readResults(options: ResultsOptions): Promise<Results> {
  const { store, stage } = options;
  const names = (await store.list(folderOf(stage))).filter((name) => RESULTS.test(name));
  const run = { of: new Map<string, Mutable>(), answered: new Set<number>() };
  const files: SeenFile[] = [];
  const notes: string[] = [];
  for (const name of names) {
    const path = store.path(folderOf(stage), name);
    const { size, mtimeMs } = await onDisk(path, "read", () => stat(path));
    const seen = { name, size, mtime_ms: mtimeMs };
    files.push(seen);
    notes.push(...notesOf(`${folderOf(stage)}/${name}`, await readFile(options, seen, path, run)));
  }
  return { ...run, files, notes };
}

/** The line at a place, as it was found. */
export async function lineAt({ file, start, length }: Place): Promise<unknown> {
  const bytes = Buffer.alloc(length);
  await onDisk(file, "read", async () => {
    const handle = await open(file, "r");
    try {
      await handle.read(bytes, 0, length, start);
    } finally {
      await handle.close();
    }
  });
  const line = parseLine(bytes);
  return line.ok ? line.value : null;
}

/** A carried reply as a call's reading; the same rules as for a reply that came over the wire. */
export function readingOf(
  { config, rules }: Pick<ResultsOptions, "config" | "rules">,
  provider: string,
  { status, body, error }: CarriedReply,
): Reading {
  const text = body === null ? (error ?? "") : JSON.stringify(body);
  const exchange: Exchange = {
    status: body === null && (status === null || status < 300) ? 500 : status,
    headers: {},
    text,
    broken: null,
    retry_after_ms: null,
  };
  const api = APIS[settingsOf(config, provider).api];
  return rules.read(exchange, body === null ? text : api.reply(body));
}

/** An empty answer is an answer: the stage's form check says what is wrong with it. */
export const isAnswer = (reading: Reading): boolean => reading.ok || reading.fault.answer !== null;

// ---------------------------------------------------------------------------------------------

const RESULTS = /^results.*\.jsonl$/;

type Mutable = { reply: Place | null; error: Place | null; errors: string[] };
type Collected = { of: Map<string, Mutable>; answered: Set<number> };
type Counts = { broken: number; unknown: number };
type ErrorLine = { readonly id: string; readonly hash: string; readonly place: Place };

async function readFile(
  options: ResultsOptions,
  seen: SeenFile,
  path: string,
  run: Collected,
): Promise<Counts> {
  const counts = { broken: 0, unknown: 0 };
  const errors: ErrorLine[] = [];
  const ids = new Set<string>();
  for await (const line of readLines(path)) {
    const parsed = parseLine(line.bytes);
    const carried = parsed.ok ? options.readLine(parsed.value) : null;
    if (carried === null) {
      counts.broken++;
      continue;
    }
    const asked = options.asked.get(carried.custom_id);
    if (asked === undefined) {
      counts.unknown++;
      continue;
    }
    ids.add(carried.custom_id);
    const place = placeOf(path, line);
    if (isReply(options, asked, carried)) {
      foundOf(run, carried.custom_id).reply ??= place;
      run.answered.add(asked.head.requests);
    } else errors.push({ id: carried.custom_id, hash: hashOf(line.bytes), place });
  }
  for (const error of errors) takeError(options, seen, ids, run, error);
  return counts;
}

function isReply(options: ResultsOptions, { head }: Asked, carried: CarriedReply): boolean {
  return carried.body !== null && isAnswer(readingOf(options, head.provider, carried));
}

/**
 * An error line that an earlier asking got already says nothing of the last one, unless it stands in a
 * file that is new since then and answers those requests alone: some carriers write the same words again.
 */
function takeError(
  { asked, members }: ResultsOptions,
  seen: SeenFile,
  ids: ReadonlySet<string>,
  run: Collected,
  { id, hash, place }: ErrorLine,
): void {
  const last = asked.get(id);
  if (last === undefined) return;
  const found = foundOf(run, id);
  found.errors.push(hash);
  const { head, past } = last;
  const own = members.get(head.requests);
  const isNews = !head.results.some((file) => isSame(file, seen));
  const isOwn = isNews && [...ids].every((one) => own?.has(one) === true);
  if (past.includes(hash) && !isOwn) return;
  found.error = place;
  run.answered.add(head.requests);
}

const isSame = (a: SeenFile, b: SeenFile): boolean =>
  a.name === b.name && a.size === b.size && a.mtime_ms === b.mtime_ms;

function foundOf({ of }: Collected, id: string): Mutable {
  const known = of.get(id);
  if (known !== undefined) return known;
  const found = { reply: null, error: null, errors: [] };
  of.set(id, found);
  return found;
}

const placeOf = (file: string, { start, bytes }: Line): Place => ({
  file,
  start,
  length: bytes.length,
});

const hashOf = (bytes: Buffer): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 16);

function notesOf(name: string, { broken, unknown }: Counts): string[] {
  return [
    ...(unknown === 0
      ? []
      : [`${name}: ${unknown} lines answer nothing that was asked here (another workspace's?)`]),
    ...(broken === 0 ? [] : [`${name}: ${broken} lines are no result lines, or were cut off`]),
  ];
}
