/**
 * stage:repair: repair logs become pairs. Makes the rows of the logs, the second half of large ones in
 * a worker thread, and hands them to the spine.
 */
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import { repairCard, repairNotes, repairStats } from "../core/dataset/repair-card.ts";
import { datasetSettings, type DatasetFlags } from "../core/dataset/settings.ts";
import { labelChoice } from "../core/label/choice.ts";
import type { PartWorker } from "../io/dataset/part-worker.ts";
import { filePrints } from "../io/dataset/made-from.ts";
import type { RepairLimits } from "../core/dataset/repair.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import type { CollectJob } from "../builders/collect.ts";
import { writeDataset } from "../builders/dataset.ts";
import { setWide } from "../builders/set-wide.ts";
import type { Deps } from "../deps.ts";
import { beginRepair, type RepairBegun } from "../builders/repair-begin.ts";
import {
  checkColumns,
  NO_TOTALS,
  repairRows,
  sumOf,
  type RepairInput,
  type RepairTotals,
} from "../builders/repair-rows.ts";
import type { RepairPart } from "../builders/repair-worker.ts";

export type RepairOptions = StageOptions &
  DatasetFlags & {
    readonly input: readonly string[];
    readonly output?: string;
    readonly skipBad: boolean;
    readonly maxPatchChars?: number;
    readonly minProblemWords?: number;
    /** SUCCESS: attempts that resolved their issue; FAILURE: those that did not. @default all */
    readonly label?: readonly string[];
  };

/**
 * Writes dataset/repair/ (or --output).
 * @param begun what was begun already. @throws UserError as the spine, and for logs it cannot use.
 */
export async function repair(
  config: Config,
  _deps: Pick<Deps, "store">,
  options: RepairOptions,
  begun?: RepairBegun,
): Promise<StageSummary> {
  const settings = datasetSettings(config.dataset, options, setWide(config));
  const limits = {
    maxPatchChars: options.maxPatchChars ?? config.dataset.max_patch_chars,
    minProblemWords: options.minProblemWords ?? config.dataset.min_problem_words,
    labels: labelChoice("repair", options.label),
  };
  const { files, worker, ...first } = begun ?? (await beginRepair(config.root, options.input));
  const last = await first.last;
  const { formats, groupBy } = settings;
  const input = { files, last, limits, formats, groupBy, skipBad: options.skipBad };

  const made: { totals: () => RepairTotals; other: RepairTotals } = {
    totals: () => NO_TOTALS,
    other: NO_TOTALS,
  };
  const totals = (): RepairTotals => sumOf(made.totals(), made.other);
  const { summary } = await writeDataset(
    (scratch) => {
      const here = repairRows({ ...input, scratch, part: last.cut === null ? "all" : "first" });
      made.totals = here.totals;
      return here.rows;
    },
    {
      builder: "repair",
      madeFrom: [await filePrints(files), madeBy(limits), options.skipBad],
      output: resolve(config.root, options.output ?? "dataset/repair"),
      settings,
      card: repairCard(options.input, limits),
      ...(worker === null || last.cut === null
        ? {}
        : { otherPart: secondPart(worker, input, (part) => (made.other = part)) }),
      check: () => checkColumns(totals().columns),
      stats: () => repairStats(totals()),
      counts: () => countsOf(totals()),
      notes: () => repairNotes(totals()),
    },
  );
  await worker?.end();
  return summary;
}

// ---------------------------------------------------------------------------------------------

/** A set that was made before there were labels is still the same. */
function madeBy({ labels, ...rest }: RepairLimits): unknown {
  return labels === null ? rest : { ...rest, labels: [...labels].sort() };
}

/** The rest of the logs, collected by the worker. */
function secondPart(
  worker: PartWorker,
  input: Omit<RepairInput, "scratch" | "part">,
  tell: (totals: RepairTotals) => void,
) {
  return {
    async collect(job: CollectJob) {
      const scratch = `${job.folder}/${job.part}`;
      const { part, totals } = await worker.run<RepairPart>({
        job,
        input: { ...input, scratch, part: "second" },
      });
      tell(totals);
      return part;
    },
    stop: () => worker.end(),
  };
}

function countsOf({ total, resolved, failed }: RepairTotals): { read: number; kept: number } {
  return { read: total, kept: resolved + failed };
}
