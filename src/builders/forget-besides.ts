/** What a workspace has of turns beside their records: hidden knowledge, tries, recorded runs, request files, caches. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { names } from "../core/dataset/forgotten.ts";
import { isOfTurn } from "../core/dataset/turn-names.ts";
import { onDisk } from "../io/disk-faults.ts";
import { FACTS_FILES } from "../io/facts/facts.ts";
import { FUTURE_FOLDER } from "../io/hidden.ts";
import { parseLine, readLines } from "../io/jsonl.ts";
import { statsIfThere } from "../io/stats-if-there.ts";
import type { Store } from "../io/store.ts";
import { ROLLOUTS_FOLDER } from "../records/rollouts.ts";

/**
 * Files by the turn's name, and whole those that are made again by one command.
 * @param instances of the turns: what is kept of other runs of theirs quotes them, and is read again where it is wanted.
 */
export async function filesBeside(
  store: Store,
  stems: ReadonlySet<string>,
  instances: ReadonlySet<string>,
): Promise<string[]> {
  const files: string[] = [];
  for (const folder of NAMED_BY_TURN) {
    for (const name of await below(store, folder)) {
      if (name.endsWith(".json") && isOfTurn(name, stems)) files.push(`${folder}/${name}`);
    }
  }
  for (const name of await jsonIn(store, ROLLOUTS_FOLDER)) {
    const read = await store.readIfThere(`${ROLLOUTS_FOLDER}/${name}`, ofInstance);
    if (read !== null && instances.has(read.instance_id)) files.push(`${ROLLOUTS_FOLDER}/${name}`);
  }
  if (stems.size === 0) return files;
  for (const made of MADE_AGAIN) if (await store.has(made)) files.push(made);
  return files;
}

/** Names of the records in commit/ that are of no other turn. */
export async function commitsOf(store: Store, gone: ReadonlySet<string>): Promise<string[]> {
  const files: string[] = [];
  for (const name of await jsonIn(store, "commit")) {
    const read = await store.readIfThere(`commit/${name}`, ofInstance.partial());
    if (read?.instance_id !== undefined && gone.has(read.instance_id)) files.push(`commit/${name}`);
  }
  return files;
}

/** Futures of the id, or of one of the turns. */
export async function futuresOf(
  store: Store,
  id: string,
  stems: ReadonlySet<string>,
): Promise<string[]> {
  const files: string[] = [];
  for (const name of await jsonIn(store, FUTURE_FOLDER)) {
    const path = `${FUTURE_FOLDER}/${name}`;
    if (isOfTurn(name, stems) || names(await store.readIfThere(path, ofAny), id)) files.push(path);
  }
  return files;
}

/** Lines of engine/, by file: requests and results of the turns. The maps name them and quote nothing. */
export async function engineLines(
  store: Store,
  stems: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  if (stems.size === 0) return found;
  const files = (await below(store, "engine")).filter((name) => LINES.test(name));
  const ids = new Set<string>();
  for (const name of files.filter((one) => MAP.test(one))) {
    for await (const { bytes } of readLines(store.path("engine", name))) {
      const line = parseLine(bytes);
      const entry = mapEntry.safeParse(line.ok ? line.value : null);
      if (entry.success && isOfTurn(entry.data.key, stems)) ids.add(entry.data.custom_id);
    }
  }
  for (const name of ids.size === 0 ? [] : files.filter((one) => !MAP.test(one))) {
    const lines: number[] = [];
    let at = 0;
    for await (const { bytes } of readLines(store.path("engine", name))) {
      const line = parseLine(bytes);
      const entry = request.safeParse(line.ok ? line.value : null);
      if (entry.success && ids.has(entry.data.custom_id)) lines.push(at);
      at++;
    }
    if (lines.length > 0) found.set(`engine/${name}`, lines);
  }
  return found;
}

/** Workspaces below this one, relative to it: `reign` and `worth` have turns of their own there. */
export async function workspacesBelow(store: Store): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of ["reign", "evaluation"]) {
    for (const name of await below(store, folder)) {
      const place = TURNS.exec(`${folder}/${name}`)?.[1];
      if (place !== undefined) found.add(place);
    }
  }
  return [...found].sort();
}

/** Writes a file of lines without some of them (0-based). */
export async function withoutLines(
  store: Store,
  file: string,
  gone: readonly number[],
): Promise<void> {
  const left = new Set(gone);
  const kept: string[] = [];
  let at = 0;
  for await (const { bytes } of readLines(store.path(file))) {
    if (!left.has(at)) kept.push(`${bytes.toString("utf8")}\n`);
    at++;
  }
  await store.writeText(file, kept.join(""));
}

// ---------------------------------------------------------------------------------------------

const ofInstance = z.looseObject({ instance_id: z.string() });
const ofAny = z.looseObject({});
const mapEntry = z.looseObject({ custom_id: z.string(), key: z.string() });
const request = z.looseObject({ custom_id: z.string() });

/** Folders with a file or a folder a turn, somewhere below. */
const NAMED_BY_TURN = ["report", "engine", "outcome"];

const LINES = /\.jsonl(?:\.part)?$/;
const MAP = /(?:^|\/)map-\d+\.jsonl$/;

const TURNS = /^(.+)\/(?:prompt|answer)\/prompts_[^/]*\.json$/;

/** Of all turns: caches, and what one command makes of the others again. */
const MADE_AGAIN = [
  ...FACTS_FILES,
  "answer/.replies.jsonl",
  "report/report.md",
  "report/report.html",
  "report/turns.csv",
  "report/tables/answers.parquet",
  "report/tables/scores.parquet",
  "report/tables/verdicts.parquet",
];

const jsonIn = async (store: Store, folder: string): Promise<string[]> =>
  (await store.list(folder)).filter((name) => name.endsWith(".json"));

/** Paths of the files below a folder; [] where there is none. */
async function below(store: Store, folder: string): Promise<string[]> {
  const path = store.path(folder);
  if (statsIfThere(path) === null) return [];
  const entries = await onDisk(path, "read", () =>
    readdir(path, { recursive: true, withFileTypes: true }),
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}
