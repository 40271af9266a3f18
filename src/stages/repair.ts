/**
 * stage:repair: repair logs become pairs. A quick first pass finds where each issue is named last; the
 * second judges every attempt, and makes an issue's pairs as soon as its last attempt was read.
 */
import { join } from "node:path";
import type { Config } from "../config.ts";
import { attemptOf, missingColumns, NEEDED_COLUMNS } from "../core/dataset/attempt.ts";
import type { Built } from "../core/dataset/example.ts";
import { pendingAttempts, type Pending } from "../core/dataset/pending.ts";
import { repairCard, repairNotes } from "../core/dataset/repair-card.ts";
import {
  judgeAttempt,
  type Attempt,
  type Judged,
  pairsOf,
  wantedPairs,
  type KeptAttempt,
  type RepairLimits,
} from "../core/dataset/repair.ts";
import {
  datasetSettings,
  type DatasetFlags,
  type DatasetSettings,
} from "../core/dataset/settings.ts";
import { counter, type Counter } from "../core/dataset/stats.ts";
import { isBenchmarkInstance } from "../core/sample/benchmarks.ts";
import { UserError } from "../errors.ts";
import { openKeep } from "../io/dataset/keep.ts";
import { inputFiles, rowReader, type LastLines, type RowReader } from "../io/dataset/lines.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { writeDataset } from "./dataset.ts";
import type { Deps } from "./deps.ts";

export type RepairOptions = StageOptions &
  DatasetFlags & {
    readonly input: readonly string[];
    readonly output?: string;
    readonly skipBad: boolean;
    readonly maxPatchChars?: number;
    readonly minProblemWords?: number;
  };

/** Writes dataset/repair/ (or --output). @throws UserError as the spine, and for logs it cannot use. */
export async function repair(
  config: Config,
  deps: Pick<Deps, "store">,
  options: RepairOptions,
): Promise<StageSummary> {
  const settings = datasetSettings(config.dataset, options);
  const files = await inputFiles(config.root, options.input);
  const run: Run = {
    settings,
    limits: {
      maxPatchChars: options.maxPatchChars ?? config.dataset.max_patch_chars,
      minProblemWords: options.minProblemWords ?? config.dataset.min_problem_words,
    },
    reader: rowReader(options.skipBad),
    tally: { total: 0, resolved: 0, failed: 0, benchmarks: 0 },
    wants: wantedPairs(settings.formats),
    categories: counter(),
    pairs: counter(),
  };
  const { summary } = await writeDataset((scratch) => builtFrom(files, scratch, run), {
    builder: "repair",
    output: deps.store.path(options.output ?? "dataset/repair"),
    settings,
    card: repairCard(options.input, run.limits),
    stats: () => repairStats(run),
    counts: () => ({ read: run.tally.total, kept: run.tally.resolved + run.tally.failed }),
    notes: () => repairNotes(run.tally.benchmarks, run.reader.badLines),
  });
  return summary;
}

// ---------------------------------------------------------------------------------------------

type Run = {
  readonly settings: DatasetSettings;
  readonly limits: RepairLimits;
  readonly reader: RowReader;
  readonly tally: { total: number; resolved: number; failed: number; benchmarks: number };
  readonly wants: ReturnType<typeof wantedPairs>;
  readonly categories: Counter;
  readonly pairs: Counter;
};

async function* builtFrom(
  files: readonly string[],
  scratch: string,
  run: Run,
): AsyncGenerator<Built> {
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
  const judged = judgeAttempt(attempt, run.limits);
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
  for (const { pair, example } of pairsOf(attempts, run.settings.groupBy, run.wants)) {
    run.pairs.add(pair);
    yield { ok: true, example };
  }
}

function repairStats(run: Run): Readonly<Record<string, unknown>> {
  return {
    total_trajectories: run.tally.total,
    after_filter: run.tally.resolved + run.tally.failed,
    resolved: run.tally.resolved,
    unresolved_with_category: run.tally.failed,
    augmented_pairs: run.pairs.counts()["reflection"] ?? 0,
    pairs: run.pairs.counts(),
    category_counts: run.categories.counts(),
    bad_lines: run.reader.badLines,
  };
}
