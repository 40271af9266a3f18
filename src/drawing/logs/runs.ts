/**
 * Every run of a source, one after the other: session logs as their agents wrote them, rows of data sets
 * local and far. What was found of each file is counted, and what was left out, by reason.
 */
import { holdsNoRun } from "../../core/formats/left-out.ts";
import type { Config } from "../../config.ts";
import { readRow } from "../../core/formats/rows.ts";
import type { Reading, Run } from "../../core/formats/run.ts";
import { parseHubName } from "../../io/hub/name.ts";
import { openWholeSet } from "../../io/hub/whole.ts";
import { matchingFiles, nameOf, openReadable, type LocalSpec } from "../../io/source/local.ts";
import { sourceOf } from "../../io/source/rows.ts";
import type { RowSource } from "../../io/source/types.ts";
import { allRows } from "../open-rows.ts";
import { threadsOf, type Threads } from "./codex-files.ts";
import {
  databaseSkip,
  findLogs,
  isUnreadDatabase,
  SKIP_MEANINGS,
  type FoundFile,
  type SkipReason,
} from "./find.ts";
import { readLog } from "./read.ts";

export type RunsFound = {
  files: number;
  /** Runs by agent and version: "codex 0.171.0". */
  readonly runs: Map<string, number>;
  /** What was left out of runs and of logs without one, by reason. */
  readonly drops: Map<string, number>;
  /** Files that gave no run, by reason. */
  readonly skipped: Map<SkipReason, number>;
};

export type RunsInput = {
  readonly config: Pick<Config, "root" | "env" | "source">;
  /** Path, glob, folder or Hub data set. */
  readonly name: string;
  /** For errors: "convert". */
  readonly key: string;
  readonly skipBad: boolean;
};

export function noRunsFound(): RunsFound {
  return { files: 0, runs: new Map(), drops: new Map(), skipped: new Map() };
}

/**
 * Runs in the order of files, each read when it is asked for; a session that lies in two files is given
 * once.
 * @throws UserError when the name matches nothing, names one file without a run, or a file cannot be read.
 */
export async function* allRuns(input: RunsInput, found: RunsFound): AsyncGenerator<Run> {
  const seen = new Set<string>();
  for await (const reading of readings(input, found)) {
    add(found.drops, reading.drops);
    for (const run of reading.runs) {
      add(found.drops, run.drops);
      // Rows of data sets and samples of evaluations are many to an id; sessions are not.
      const key = run.part === undefined ? null : `${run.format}/${run.id ?? ""}#${run.part}`;
      if (key !== null && seen.has(key)) {
        add(found.drops, { run_twice: 1 });
        continue;
      }
      if (key !== null) seen.add(key);
      add(found.runs, {
        [`${run.format}${run.version === undefined ? "" : ` ${run.version}`}`]: 1,
      });
      yield run;
    }
  }
}

// ---------------------------------------------------------------------------------------------

function add<Key extends string>(
  to: Map<Key, number>,
  counts: Readonly<Partial<Record<Key, number>>>,
): void {
  for (const [key, count] of Object.entries(counts) as [Key, number][]) {
    to.set(key, (to.get(key) ?? 0) + count);
  }
}

async function* readings(input: RunsInput, found: RunsFound): AsyncGenerator<Reading> {
  const { config, name, key, skipBad } = input;
  const hub = parseHubName(name, config.root);
  if (hub !== null) {
    const set = await openWholeSet(hub, { ...config, key, skipBad });
    found.files += set.files.length;
    yield* rowReadings(set);
    return;
  }
  const spec: LocalSpec = { root: config.root, pattern: name, key };
  const { paths, isOne } = await matchingFiles(spec);
  const threads = threadsOf(paths);
  for await (const file of findLogs(paths)) {
    found.files++;
    if (isOne && file.kind === "skip") throw holdsNoRun(file.path, SKIP_MEANINGS[file.why]);
    try {
      yield* fileReadings(input, found, file, threads);
    } catch (error) {
      if (isOne || file.kind !== "log" || !isUnreadDatabase(file, error)) throw error;
      add(found.skipped, { [databaseSkip()]: 1 });
    }
  }
}

async function* fileReadings(
  input: RunsInput,
  found: RunsFound,
  file: FoundFile,
  threads: Threads,
): AsyncGenerator<Reading> {
  if (file.kind === "skip") {
    add(found.skipped, { [file.why]: 1 });
    return;
  }
  if (file.kind === "rows") {
    const opened = await openReadable(file.path, input);
    const name = nameOf(input.config.root, file.path);
    yield* rowReadings(sourceOf([{ dataset: input.name, revision: null, name, file: opened }]));
    return;
  }
  let runs = 0;
  for await (const reading of readLog(file, threads)) {
    runs += reading.runs.length;
    yield reading;
  }
  if (runs === 0) add(found.skipped, { no_turn: 1 });
}

async function* rowReadings(source: RowSource): AsyncGenerator<Reading> {
  const bad = source.files.reduce((sum, file) => sum + file.badLines, 0);
  if (bad > 0) yield { runs: [], drops: { bad_line: bad } };
  const starts = source.files.map((file, at) => ({
    name: file.name,
    start: source.files.slice(0, at).reduce((sum, before) => sum + before.rows, 0),
  }));
  for await (const { row, index } of allRows(source)) {
    const file = starts.findLast(({ start }) => start <= index);
    const unified = /\.parquet$/i.test(file?.name ?? "");
    const reading = readRow(row, { unified });
    const number = index - (file?.start ?? 0);
    const runs = reading.runs.map((run) =>
      run.id === null ? { ...run, id: `${file?.name ?? ""}#${number}` } : run,
    );
    yield { ...reading, runs };
  }
}
