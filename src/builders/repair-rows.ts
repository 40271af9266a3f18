/**
 * The rows of repair logs, before they meet the spine. A quick first pass has found where each issue is
 * named last; this one judges every attempt, and makes an issue's pairs as soon as its last attempt
 * was read. Input and totals are plain values: of large logs a worker thread reads the second part,
 * which has the pairs of every issue that ends in it.
 */
import { basename, join } from "node:path";
import { attemptOf, missingColumns, NEEDED_COLUMNS } from "../core/dataset/attempt.ts";
import type { Built } from "../core/dataset/example.ts";
import type { Format } from "../core/dataset/format-names.ts";
import { pendingAttempts, type Pending } from "../core/dataset/pending.ts";
import { pairsOf, wantedPairs } from "../core/dataset/repair-pairs.ts";
import {
  judgeAttempt,
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
import { isLastLine, type LastLines } from "../io/dataset/last-lines.ts";
import { rowReader, type LineRange, type RowReader } from "../io/dataset/lines.ts";

export type RepairInput = {
  /** Absolute. */
  readonly files: readonly string[];
  readonly last: LastLines;
  /** Which lines: all, those before the cut, or the cut line and those behind it. */
  readonly part: "all" | "first" | "second";
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
  /** Failures that a log told, as "runner: category". */
  readonly runners: Readonly<Record<string, number>>;
  /** Failed attempts whose log gives no reason. */
  readonly unread: number;
  readonly pairs: Readonly<Record<string, number>>;
  readonly badLines: number;
  readonly columns: readonly FileColumns[];
};

/** Which columns of a file were met. */
export type FileColumns = {
  readonly file: string;
  /** Of its first row. */
  readonly first: readonly string[];
  /** The needed ones that any row has. */
  readonly seen: readonly string[];
};

export const NO_TOTALS: RepairTotals = {
  total: 0,
  resolved: 0,
  failed: 0,
  benchmarks: 0,
  badLines: 0,
  categories: {},
  runners: {},
  unread: 0,
  pairs: {},
  columns: [],
};

/** Totals of two parts. */
export function sumOf(a: RepairTotals, b: RepairTotals): RepairTotals {
  return {
    total: a.total + b.total,
    resolved: a.resolved + b.resolved,
    failed: a.failed + b.failed,
    benchmarks: a.benchmarks + b.benchmarks,
    badLines: a.badLines + b.badLines,
    categories: addCounts(a.categories, b.categories),
    runners: addCounts(a.runners, b.runners),
    unread: a.unread + b.unread,
    pairs: addCounts(a.pairs, b.pairs),
    columns: [...a.columns, ...b.columns],
  };
}

/** @throws UserError for a file of which no row has a needed column. */
export function checkColumns(columns: readonly FileColumns[]): void {
  for (const { file, first } of columns) {
    const seen = columns.filter((one) => one.file === file).flatMap((one) => one.seen);
    const [missing] = missingColumns(new Set(seen), first);
    if (missing === undefined) continue;
    throw new UserError(
      `${file} has ${missing} (columns of its first row: ${first.join(", ")})`,
      `rename the columns: a repair log needs ${NEEDED_COLUMNS.join(", ")}`,
    );
  }
}

/** Examples and skips of the logs. @throws UserError for lines that are of no use. */
export function repairRows(input: RepairInput): {
  /** Some at once: a promise for each would be a tenth of the work. */
  readonly rows: AsyncIterable<readonly Built[]>;
  /** Asked for when all rows have passed. */
  readonly totals: () => RepairTotals;
} {
  const run: Run = {
    input,
    reader: rowReader(input.skipBad),
    tally: { total: 0, resolved: 0, failed: 0, benchmarks: 0, unread: 0 },
    wants: wantedPairs(input.formats),
    categories: counter(),
    runners: counter(),
    pairs: counter(),
    columns: [],
  };
  return {
    rows: builtFrom(run),
    totals: () => ({
      ...run.tally,
      categories: run.categories.counts(),
      runners: run.runners.counts(),
      pairs: run.pairs.counts(),
      badLines: run.reader.badLines,
      columns: run.columns,
    }),
  };
}

// ---------------------------------------------------------------------------------------------

type Run = {
  readonly input: RepairInput;
  readonly reader: RowReader;
  readonly tally: {
    total: number;
    resolved: number;
    failed: number;
    benchmarks: number;
    unread: number;
  };
  readonly wants: ReturnType<typeof wantedPairs>;
  readonly categories: Counter;
  readonly runners: Counter;
  readonly pairs: Counter;
  readonly columns: FileColumns[];
};

function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum = counter();
  sum.addAll(a);
  sum.addAll(b);
  return sum.counts();
}

async function* builtFrom(run: Run): AsyncGenerator<readonly Built[]> {
  const { scratch } = run.input;
  const keep = openKeep(join(scratch, "kept.jsonl"));
  const pending = pendingAttempts(keep, MAX_PENDING_CHARS);
  try {
    if (run.input.part === "second") await addEarly(pending, run);
    for (const range of rangesOf(run.input)) yield* judgedFrom(range, pending, run);
    for (const issue of pending.waiting()) yield pairsFrom(pending.take(issue), run);
  } finally {
    keep.close();
  }
}

/** Rows handed over at once, about. */
const BATCH = 32;

/** What waits for the rest of its issue in memory: some five thousand attempts. */
const MAX_PENDING_CHARS = 16_000_000;

type FileRange = { readonly at: number; readonly file: string; readonly range: LineRange };

/** The lines of the part, file by file. */
function rangesOf({ files, last: { cut }, part }: RepairInput): FileRange[] {
  return files.flatMap((file, at): FileRange[] => {
    if (cut === null || part === "all") return [{ at, file, range: {} }];
    const isCut = at === cut.file;
    if (part === "first") {
      return at > cut.file ? [] : [{ at, file, range: isCut ? { toLine: cut.line - 1 } : {} }];
    }
    return at < cut.file ? [] : [{ at, file, range: isCut ? { start: cut } : {} }];
  });
}

/** Attempts before the cut whose issue ends behind it: the first part has counted them. */
async function addEarly(pending: Pending, run: Run): Promise<void> {
  const { files, last } = run.input;
  if (last.cut === null || last.cut.early.length === 0) return;
  const early = new Set(last.cut.early);
  const reader = rowReader(true);
  for (const [at, file] of files.slice(0, last.cut.file + 1).entries()) {
    const before = last.before[at] ?? 0;
    const toLine = at === last.cut.file ? last.cut.line - 1 : Infinity;
    const isWanted = (line: number): boolean => early.has(before + line - 1);
    for await (const batch of reader.rows(file, { toLine, isWanted })) {
      for (const { row } of batch) {
        const read = attemptOf(row);
        const judged = read.ok
          ? judgeAttempt(read.attempt, run.input.limits, basename(file))
          : null;
        if (judged?.ok === true) pending.add(judged.kept);
      }
    }
  }
}

/** A file's skipped attempts as they come, and each issue's pairs behind its last line. */
async function* judgedFrom(
  { at, file, range }: FileRange,
  pending: Pending,
  run: Run,
): AsyncGenerator<readonly Built[]> {
  const { last, part } = run.input;
  const early = new Set(part === "first" ? last.cut?.early : []);
  const before = last.before[at] ?? 0;
  const seen = new Set<string>();
  const origin = basename(file);
  let made: Built[] = [];
  let columns = range.start === undefined ? null : await firstColumns(file, seen);
  for await (const batch of run.reader.rows(file, range)) {
    for (const { line, row } of batch) {
      columns ??= Object.keys(row);
      if (seen.size < NEEDED_COLUMNS.length) {
        for (const column of NEEDED_COLUMNS) if (column in row) seen.add(column);
      }
      const read = attemptOf(row);
      if (!read.ok) {
        // A column that is never there is told apart from a bad line when all was read.
        if (seen.size === NEEDED_COLUMNS.length) run.reader.bad(file, line, read.why);
        continue;
      }
      const judged = judge(read.attempt, run, origin);
      if (!judged.ok) made.push(judged);
      else if (early.size === 0 || !early.has(before + line - 1)) pending.add(judged.kept);
      if (isLastLine(last, at, line)) {
        made.push(...pairsFrom(pending.take(read.attempt.instance_id), run));
      }
      if (made.length < BATCH) continue;
      yield made;
      made = [];
    }
  }
  yield made;
  if (columns !== null) run.columns.push({ file, first: columns, seen: [...seen] });
}

/** The columns of a file's first row, where it is not this part that reads it. */
async function firstColumns(file: string, seen: Set<string>): Promise<readonly string[] | null> {
  for await (const batch of rowReader(true).rows(file)) {
    for (const { row } of batch) {
      for (const column of NEEDED_COLUMNS) if (column in row) seen.add(column);
      return Object.keys(row);
    }
  }
  return null;
}

function judge(attempt: Attempt, run: Run, origin: string): Judged {
  const judged = judgeAttempt(attempt, run.input.limits, origin);
  run.tally.total++;
  if (!judged.ok) return judged;
  if (judged.kept.resolved) run.tally.resolved++;
  else run.tally.failed++;
  const { category, runner, known } = judged.kept;
  if (category !== null) run.categories.add(category);
  if (runner !== null) run.runners.add(`${runner}: ${category}`);
  if (!known) run.tally.unread++;
  return judged;
}

function pairsFrom(attempts: readonly KeptAttempt[], run: Run): Built[] {
  const [first] = attempts;
  if (first !== undefined && isBenchmarkInstance(first.instance_id)) run.tally.benchmarks++;
  return pairsOf(attempts, run.input.groupBy, run.wants).map(({ pair, example }) => {
    run.pairs.add(pair);
    return { ok: true, example };
  });
}
