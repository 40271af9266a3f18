/** A stage's summary as report/run.json keeps it: its notes may quote names and texts from data. */
import type { ExitSettings } from "../core/exit/masker.ts";
import type { StageSummary } from "../work.ts";

/** Finding secrets takes half a second to load: not for a summary that quotes nothing. */
export async function maskedSummary(
  summary: StageSummary,
  settings: ExitSettings,
): Promise<StageSummary> {
  if (summary.notes.length === 0) return summary;
  const { masked } = await import("../core/exit/masker.ts");
  return masked(summary, settings);
}
