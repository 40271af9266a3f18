/**
 * The rows of repair logs, before they meet the spine. A quick first pass finds where each issue is
 * named last; the second judges every attempt, and makes an issue's pairs as soon as its last attempt
 * was read. Input and totals are plain values: large logs are read in a worker thread.
 */
import { join } from "node:path";
import { attemptOf, missingColumns, NEEDED_COLUMNS } from "../core/dataset/attempt.ts";
import type { Built } from "../core/dataset/example.ts";
import type { Format } from "../core/dataset/formats.ts";
import { pendingAttempts, type Pending } from "../core/dataset/pending.ts";
import {
  judgeAttempt,
  pairsOf,
  wantedPairs,
  type Attempt,
  type Judged,
  type KeptAttempt,
  type RepairLimits,
} from "../core/dataset/repair.ts";
import type { Grouping } from "../core/dataset/settings.ts";
import { counter, type Counter } from "../core/dataset/stats.ts";
import { isBenchmarkInstance } from "../core/sample/benchmarks.ts";
import { UserError } from "../errors.ts";
import { openKeep } from "../io/dataset/keep.ts";
import { rowReader, type LastLines, type RowReader } from "../io/dataset/lines.ts";
import type { Produced } from "../io/dataset/stream-worker.ts";

export type RepairInput = {
  /** Absolute. */
  readonly files: readonly string[];
  /** A folder for what has to be put aside. */
  readonly scratch: string;
  readonly limits: RepairLimits;
  readonly formats: readonly Format[];
  readonly groupBy: Grouping;
  readonly skipBad: boolean;
};

export type RepairTotals = {
  readonly total: number;
  readonly resolved: number;
  readonly failed: number;
  /** Issues that are problems of a public benchmark. */
  readonly benchmarks: number;
  readonly categories: Readonly<Record<string, number>>;
  readonly pairs: Readonly<Record<string, number>>;
  readonly badLines: number;
};

/** Examples and skips of the logs. @throws UserError for logs that are of no use. */
export function repairRows(input: RepairInput): Produced<Built, RepairTotals> {
  const run: Run = {
    input,
    reader: rowReader(input.skipBad),
    tally: { total: 0, resolved: 0, failed: 0, benchmarks: 0 },
    wants: wantedPairs(input.formats),
    categories: counter(),
    pairs: counter(),
  };
  return {
    rows: builtFrom(run),
    totals: () => ({
      ...run.tally,
      categories: run.categories.counts(),
      pairs: run.pairs.counts(),
      badLines: run.reader.badLines,
    }),
  };
}

// ---------------------------------------------------------------------------------------------

type Run = {
  readonly input: RepairInput;
  readonly reader: RowReader;
  readonly tally: { total: number; resolved: number; failed: number; benchmarks: number };
  readonly wants: ReturnType<typeof wantedPairs>;
  readonly categories: Counter;
  readonly pairs: Counter;
};

async function* builtFrom(run: Run): AsyncGenerator<Built> {
  const { files, scratch } = run.input;
  const keep = openKeep(join(scratch, "kept.jsonl"));
  const pending = pendingAttempts(keep, MAX_PENDING_CHARS);
  try {
    const last = await run.reader.lastLines(files, "instance_id");
    for (const file of files) yield* judgedFrom(file, pending, last, run);
    for (const issue of pending.waiting()) yield* pairsFrom(pending.take(issue), run);
  } finally {
    keep.close();
  }
}

/** What waits for the rest of its issue in memory: some ten thousand attempts. */
const MAX_PENDING_CHARS = 32_000_000;

/** A file's skipped attempts as they come, and each issue's pairs behind its last line. */
async function* judgedFrom(
  file: string,
  pending: Pending,
  last: LastLines,
  run: Run,
): AsyncGenerator<Built> {
  const seen = new Set<string>();
  let columns: readonly string[] | null = null;
  for await (const batch of run.reader.rows(file)) {
    for (const { line, row } of batch) {
      columns ??= Object.keys(row);
      if (seen.size < NEEDED_COLUMNS.length) {
        for (const column of NEEDED_COLUMNS) if (column in row) seen.add(column);
      }
      const read = attemptOf(row);
      if (!read.ok) {
        // A column that is never there is told apart from a bad line when the file ends.
        if (seen.size === NEEDED_COLUMNS.length) run.reader.bad(file, line, read.why);
        continue;
      }
      const judged = judge(read.attempt, run);
      if (judged.ok) pending.add(judged.kept);
      else yield judged;
      const { instance_id } = read.attempt;
      if (last.isLast(instance_id, line, file)) yield* pairsFrom(pending.take(instance_id), run);
    }
  }
  const [missing] = columns === null ? [] : missingColumns(seen, columns);
  if (missing !== undefined) {
    throw new UserError(
      `${file} has ${missing} (columns of its first row: ${columns?.join(", ") ?? ""})`,
      `rename the columns: a repair log needs ${NEEDED_COLUMNS.join(", ")}`,
    );
  }
}

function judge(attempt: Attempt, run: Run): Judged {
  const judged = judgeAttempt(attempt, run.input.limits);
  run.tally.total++;
  if (!judged.ok) return judged;
  if (judged.kept.resolved) run.tally.resolved++;
  else run.tally.failed++;
  if (judged.kept.category !== null) run.categories.add(judged.kept.category);
  return judged;
}

function* pairsFrom(attempts: readonly KeptAttempt[], run: Run): Generator<Built> {
  const [first] = attempts;
  if (first !== undefined && isBenchmarkInstance(first.instance_id)) run.tally.benchmarks++;
  for (const { pair, example } of pairsOf(attempts, run.input.groupBy, run.wants)) {
    run.pairs.add(pair);
    yield { ok: true, example };
  }
}
