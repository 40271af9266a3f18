/**
 * stage:export: judged turns become training rows. Reads final/, refined/ and defeat/, beside them
 * score/ for the verdicts and review/ for what a person said; writes dataset/export/.
 */
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import type { Privilege } from "../core/dataset/format-names.ts";
import { exportCard } from "../core/dataset/export-card.ts";
import { runSettings } from "../core/dataset/run-settings.ts";
import { datasetSettings, type DatasetFlags } from "../core/dataset/settings.ts";
import { labelChoice } from "../core/label/choice.ts";
import { brokenAnswers } from "../builders/broken-answers.ts";
import { exportRows } from "../builders/export-rows.ts";
import { GLANCE } from "../builders/glances.ts";
import { judgedFiles, readTurnFiles } from "../builders/judged-files.ts";
import { writeDataset } from "../builders/dataset.ts";
import { setWide } from "../builders/set-wide.ts";
import type { Deps } from "../deps.ts";
import { ANSWER_STATE } from "../io/answer-state.ts";
import { printsHash } from "../io/dataset/made-from.ts";
import { openFacts } from "../io/facts/facts.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type ExportOptions = StageOptions &
  DatasetFlags & {
    readonly output?: string;
    /** true: also learn from refined/. false: nothing of refined answers (<stem>.r1.json). */
    readonly refined?: boolean;
    /** Turns whose duel says so alone (docs/labels.md). @default all */
    readonly label?: readonly string[];
    /** "run": a row is a whole run, with weights. @default "turn" */
    readonly unit?: "turn" | "run";
    /** With unit "run": of the run's own words where a duel was a draw, 0..1. @default 0 */
    readonly drawWeight?: number;
    /** With the format `privileged`: what a teacher sees. @default "pr" */
    readonly privileged?: Privilege;
  };

/** @throws UserError when there are no judged turns, and as the spine. */
export async function exportTurns(
  config: Config,
  deps: Pick<Deps, "store">,
  options: ExportOptions,
): Promise<StageSummary> {
  const isRuns = options.unit === "run";
  const settings = (isRuns ? runSettings : datasetSettings)(
    config.dataset,
    options,
    setWide(config),
  );
  const labels = labelChoice("export", options.label);
  const files = await judgedFiles(deps.store, options);
  const facts = openFacts(deps.store, [ANSWER_STATE, GLANCE]);
  const made = exportRows({
    config,
    store: deps.store,
    facts,
    files,
    broken: await brokenAnswers(deps.store, facts, files),
    settings,
    labels,
    refined: options.refined ?? false,
    unit: isRuns ? "run" : "turn",
    drawWeight: options.drawWeight ?? 0,
    privileged: options.privileged ?? "pr",
  });
  const { summary } = await writeDataset(made.rows, {
    builder: "export",
    madeFrom: [printsHash(readTurnFiles(deps.store, files)), ...made.madeFrom],
    output: resolve(config.root, options.output ?? "dataset/export"),
    settings,
    card: () =>
      exportCard(made.sources(), {
        refined: options.refined ?? false,
        limits: config.bucket,
        isPrivileged: settings.formats.includes("privileged"),
      }),
    stats: made.stats,
    counts: made.counts,
    notes: made.notes,
    hints: made.hints,
    whyEmpty: made.whyEmpty,
  });
  return summary;
}
