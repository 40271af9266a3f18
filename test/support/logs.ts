/** Runs of a fixture folder or of written files, read as a source is. */
import { loadConfig } from "../../src/config.ts";
import type { Run } from "../../src/core/formats/run.ts";
import { allRuns, noRunsFound, type RunsFound } from "../../src/drawing/logs/runs.ts";

export type ReadLogs = { readonly runs: readonly Run[]; readonly found: RunsFound };

/** `name` relative to `root`. */
export async function readLogs(root: string, name = "."): Promise<ReadLogs> {
  const found = noRunsFound();
  const input = { config: loadConfig(root), name, key: "test", skipBad: false };
  const runs: Run[] = [];
  for await (const run of allRuns(input, found)) runs.push(run);
  return { runs, found };
}

/** JSON Lines. */
export const jsonl = (...values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");
