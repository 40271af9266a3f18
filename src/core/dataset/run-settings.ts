/** What may be asked of whole runs: formats of answers, the run's own steps, and no cuts. */
import { UserError } from "../../errors.ts";
import { takes } from "./formats.ts";
import { WEIGHTED } from "./run-rows.ts";
import { datasetSettings, type DatasetSettings } from "./settings.ts";

/** @throws UserError for a format that holds pairs, and for cuts where a row is the whole run. */
export function runSettings(
  ...[section, flags, wide]: Parameters<typeof datasetSettings>
): DatasetSettings {
  const asked = { ...flags, format: flags.format ?? [...WEIGHTED] };
  const settings = datasetSettings(section, asked, wide);
  const other = settings.formats.find(
    (format) => format === "kto" || !(format === "stepwise" || takes(format, "sft")),
  );
  if (other !== undefined) {
    throw new UserError(
      `export: --unit run with --format ${other}: a run has answers to learn, and no pairs`,
      "name a format of answers (openai has a place for weights), or ask for single turns (--unit turn)",
    );
  }
  const whole = settings.formats.find(
    (format) => format === "stepwise" || WEIGHTED.includes(format),
  );
  if (whole === undefined || settings.history === undefined) return settings;
  throw new UserError(
    `export: --unit run with --history: a row of ${whole} is the whole run, and its turns are learned where they stand`,
    "leave --history out, or name a format without weights (--format prompt-completion): a row a learned turn",
  );
}
