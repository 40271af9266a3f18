/**
 * speedrun: a benchmark's rows (SWE-bench family) as prompt and response with a label. Writes
 * dataset/speedrun/ with dev.jsonl and, on request, test.jsonl. Asks no model.
 */
import type { Config } from "../config.ts";
import { datasetSettings, type DatasetFlags } from "../core/dataset/settings.ts";
import type { Built } from "../core/dataset/example.ts";
import { originNames } from "../core/dataset/provenance.ts";
import type { Format } from "../core/dataset/format-names.ts";
import { makeMasker } from "../core/exit/masker.ts";
import { checkResponseColumns } from "../core/speedrun/columns.ts";
import {
  forFormats,
  speedrunBuilt,
  speedrunCard,
  speedrunCounts,
  testFraction,
  type BuiltAs,
  type SpeedrunCounts,
} from "../core/speedrun/set.ts";
import { labelChoice } from "../core/label/choice.ts";
import {
  speedrunRow,
  type SkippedRow,
  type SpeedrunOptions as RowOptions,
} from "../core/speedrun/rows.ts";
import { idsOf } from "../core/speedrun/ids.ts";
import { benchmarkWarning } from "../core/speedrun/warning.ts";
import { skippedReport } from "../io/skipped-report.ts";
import { sourcePrints } from "../io/dataset/made-from.ts";
import type { RowSource } from "../io/source/types.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { writeDataset } from "../builders/dataset.ts";
import { setWide } from "../builders/set-wide.ts";
import type { Deps } from "../deps.ts";
import { allRows, badLineNotes, openRows } from "../drawing/open-rows.ts";

export type SpeedrunOptions = StageOptions &
  DatasetFlags & {
    /** Sources as [source] names them; default SWE-bench/SWE-bench. */
    readonly dataset?: readonly string[];
    readonly minPatchChars: number;
    readonly includeEmpty: boolean;
    /** Rows that say nothing and hold a run are labelled by the rule. */
    readonly labelRuns?: boolean;
    /** Labels to keep; default all. */
    readonly label?: readonly string[];
    /** Share of the rows for dev; the others are test. */
    readonly devSplit: string;
    /** Write test.jsonl as well: without it the rows of test are in no file. */
    readonly emitTest: boolean;
    /** Absolute. */
    readonly skippedReport?: string;
    /** Write the report although nothing was skipped, and over one that is there. */
    readonly forceSkippedReport: boolean;
    /** The folder, absolute. */
    readonly output: string;
    readonly skipBad: boolean;
  };

/**
 * Rows are read until `limit` (500) are kept, and dealt to dev and test.
 * @throws UserError for a source that names nothing, a report that is there, an output folder that
 *   is not empty, and when nothing is left.
 */
export async function speedrun(
  config: Config,
  deps: Pick<Deps, "progress">,
  options: SpeedrunOptions,
): Promise<StageSummary> {
  const report = skippedReport({
    path: options.skippedReport,
    force: options.force,
    always: options.forceSkippedReport,
  });
  // Always dealt alike, so that what was learned from dev is never in a test set written later.
  const others = [
    { name: "test", fraction: testFraction(options.devSplit), isWritten: options.emitTest },
  ];
  const names = options.dataset ?? [DEFAULT_DATASET];
  const format = options.format ?? ["prompt-completion"];
  const settings = datasetSettings(config.dataset, { ...options, format }, setWide(config));
  const asked: Asked = {
    limit: options.limit ?? DEFAULT_LIMIT,
    minPatchChars: options.minPatchChars,
    includeEmpty: options.includeEmpty,
    byRule: options.labelRuns === true,
    labels: labelChoice("speedrun", options.label),
    formats: settings.formats,
  };
  const source = await openRows(config, names, "--dataset", options.skipBad);
  checkResponseColumns("--dataset", source.files);

  const warning = benchmarkWarning(await keptIds(source, asked));
  for (const line of warning) deps.progress.note(line);

  const skipped: SkippedRow[] = [];
  const counts = speedrunCounts();
  const rows = builtRows(source, asked, {
    skipped,
    counts,
    as: { groupBy: settings.groupBy, labels: asked.labels, origin: originNames(names) },
  });
  try {
    const { summary } = await writeDataset(rows, {
      builder: "speedrun",
      madeFrom: [
        await sourcePrints(config.root, source.files),
        [options.limit, options.minPatchChars, options.includeEmpty, others],
        ...labelsAsked(asked),
      ],
      output: options.output,
      settings,
      card: speedrunCard(names, warning, asked.byRule),
      splits: { first: "dev", others },
      stats: () => counts.stats(),
      notes: () => [...warning, ...badLineNotes(source)],
    });
    return summary;
  } finally {
    await report.save(await makeMasker(config).mask(skipped));
  }
}

// ---------------------------------------------------------------------------------------------

const DEFAULT_LIMIT = 500;
const DEFAULT_DATASET = "SWE-bench/SWE-bench";

type Asked = Required<RowOptions> & {
  readonly limit: number;
  readonly formats: readonly Format[];
};

/** Nothing where no flag about labels is given: a set that was made without them is still the same. */
function labelsAsked({ byRule, labels }: Asked): readonly unknown[] {
  const isPlain = !byRule && labels === null;
  return isPlain ? [] : [[byRule, labels && [...labels].sort()]];
}

async function* rowsOf(source: RowSource, options: Asked) {
  let left = options.limit;
  for await (const { row, index } of allRows(source)) {
    if (left === 0) return;
    const made = forFormats(speedrunRow(row, idsOf(row, index), options), options);
    if (made.ok) left--;
    yield made;
  }
}

async function keptIds(source: RowSource, options: Asked): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const made of rowsOf(source, options)) if (made.ok) ids.add(made.value.instance_id);
  return ids;
}

async function* builtRows(
  source: RowSource,
  options: Asked,
  into: {
    readonly skipped: SkippedRow[];
    readonly counts: SpeedrunCounts;
    readonly as: BuiltAs;
  },
): AsyncGenerator<Built> {
  for await (const made of rowsOf(source, options)) {
    if (made.ok) into.counts.add(made.value);
    else into.skipped.push(made.skipped);
    yield speedrunBuilt(made, into.as);
  }
}
