/**
 * stage:repair: repair logs become pairs. First pass: every attempt is judged, and what pairs need of
 * the kept ones is put aside on the disk. Second pass: issue by issue, the attempts make their pairs.
 */
import { join } from "node:path";
import type { Config } from "../config.ts";
import { attemptIndex, type AttemptIndex } from "../core/dataset/attempt-index.ts";
import { attemptOf, missingColumns, NEEDED_COLUMNS } from "../core/dataset/attempt.ts";
import type { Built } from "../core/dataset/example.ts";
import { repairCard, repairNotes } from "../core/dataset/repair-card.ts";
import {
  judgeAttempt,
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
import { UserError } from "../errors.ts";
import { openKeep, type Keep } from "../io/dataset/keep.ts";
import { inputFiles, rowReader, type RowReader } from "../io/dataset/lines.ts";
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
    index: attemptIndex(),
    tally: { total: 0, resolved: 0, failed: 0 },
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
    notes: () => repairNotes(run.index.benchmarks(), run.reader.badLines),
  });
  return summary;
}

// ---------------------------------------------------------------------------------------------

type Run = {
  readonly settings: DatasetSettings;
  readonly limits: RepairLimits;
  readonly reader: RowReader;
  readonly index: AttemptIndex;
  readonly tally: { total: number; resolved: number; failed: number };
  readonly categories: Counter;
  readonly pairs: Counter;
};

async function* builtFrom(
  files: readonly string[],
  scratch: string,
  run: Run,
): AsyncGenerator<Built> {
  const keep = openKeep(join(scratch, "kept.jsonl"));
  try {
    for (const file of files) yield* judgedFrom(file, keep, run);
    keep.seal();
    const wants = wantedPairs(run.settings.formats);
    for (const rows of run.index.instances()) {
      const attempts = rows.map((row) => JSON.parse(keep.get(row)) as KeptAttempt);
      for (const { pair, example } of pairsOf(attempts, run.settings.groupBy, wants)) {
        run.pairs.add(pair);
        yield { ok: true, example };
      }
    }
  } finally {
    keep.close();
  }
}

/** First pass over a file: puts kept attempts aside, yields the skipped ones. */
async function* judgedFrom(file: string, keep: Keep, run: Run): AsyncGenerator<Built> {
  const seen = new Set<string>();
  let columns: readonly string[] = [];
  let any = false;
  for await (const batch of run.reader.rows(file)) {
    for (const { line, row } of batch) {
      if (!any) columns = Object.keys(row);
      any = true;
      for (const column of NEEDED_COLUMNS) if (column in row) seen.add(column);
      const read = attemptOf(row);
      if (!read.ok) {
        // A column that is never there is told apart from a bad line when the file ends.
        if (seen.size === NEEDED_COLUMNS.length) run.reader.bad(file, line, read.why);
        continue;
      }
      run.tally.total++;
      const judged = judgeAttempt(read.attempt, run.limits);
      if (!judged.ok) {
        yield judged;
        continue;
      }
      if (judged.kept.resolved) run.tally.resolved++;
      else run.tally.failed++;
      if (judged.kept.category !== null) run.categories.add(judged.kept.category);
      run.index.add(judged.kept.instance_id);
      keep.put(JSON.stringify(judged.kept));
    }
  }
  const [missing] = any ? missingColumns(seen, columns) : [];
  if (missing !== undefined) {
    throw new UserError(
      `${file} has ${missing} (columns of its first row: ${columns.join(", ")})`,
      `rename the columns: a repair log needs ${NEEDED_COLUMNS.join(", ")}`,
    );
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
