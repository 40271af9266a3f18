/**
 * stage:repair: repair logs become pairs. Finds the logs, has their rows made (in a worker thread
 * where there is much to read), and hands them to the spine.
 */
import type { Config } from "../config.ts";
import type { Built } from "../core/dataset/example.ts";
import { repairCard, repairNotes, repairStats } from "../core/dataset/repair-card.ts";
import { datasetSettings, type DatasetFlags } from "../core/dataset/settings.ts";
import { inputFiles, totalBytes } from "../io/dataset/lines.ts";
import { streamFromWorker } from "../io/dataset/stream-worker.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { writeDataset } from "./dataset.ts";
import type { Deps } from "./deps.ts";
import { repairRows, type RepairInput, type RepairTotals } from "./repair-rows.ts";

export type RepairOptions = StageOptions &
  DatasetFlags & {
    readonly input: readonly string[];
    readonly output?: string;
    readonly skipBad: boolean;
    readonly maxPatchChars?: number;
    readonly minProblemWords?: number;
    /** Bytes of logs from which a worker thread reads them. @default 48 MB */
    readonly workerFrom?: number;
  };

/** Writes dataset/repair/ (or --output). @throws UserError as the spine, and for logs it cannot use. */
export async function repair(
  config: Config,
  deps: Pick<Deps, "store">,
  options: RepairOptions,
): Promise<StageSummary> {
  const settings = datasetSettings(config.dataset, options);
  const files = await inputFiles(config.root, options.input);
  const limits = {
    maxPatchChars: options.maxPatchChars ?? config.dataset.max_patch_chars,
    minProblemWords: options.minProblemWords ?? config.dataset.min_problem_words,
  };
  const useWorker = (await totalBytes(files)) >= (options.workerFrom ?? WORKER_FROM_BYTES);
  const made: { totals: () => RepairTotals } = { totals: () => NOTHING };
  const rowsIn = (scratch: string): AsyncIterable<Built> => {
    const { formats, groupBy } = settings;
    const input = { files, scratch, limits, formats, groupBy, skipBad: options.skipBad };
    const source = produced(input, useWorker);
    made.totals = source.totals;
    return source.rows;
  };
  const { summary } = await writeDataset(rowsIn, {
    builder: "repair",
    output: deps.store.path(options.output ?? "dataset/repair"),
    settings,
    card: repairCard(options.input, limits),
    stats: () => repairStats(made.totals()),
    counts: () => countsOf(made.totals()),
    notes: () => repairNotes(made.totals().benchmarks, made.totals().badLines),
  });
  return summary;
}

// ---------------------------------------------------------------------------------------------

/** Starting a worker takes about as long as reading so much. */
const WORKER_FROM_BYTES = 48_000_000;

const NOTHING: RepairTotals = {
  total: 0,
  resolved: 0,
  failed: 0,
  benchmarks: 0,
  categories: {},
  pairs: {},
  badLines: 0,
};

function produced(input: RepairInput, useWorker: boolean) {
  return useWorker
    ? streamFromWorker<Built, RepairTotals>(new URL("./repair-worker.ts", import.meta.url), input)
    : repairRows(input);
}

function countsOf({ total, resolved, failed }: RepairTotals): { read: number; kept: number } {
  return { read: total, kept: resolved + failed };
}
