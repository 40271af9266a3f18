/**
 * What stage:repair can begin before chain.toml is read: it finds the logs, begins their first pass,
 * and starts a worker thread where there is enough for two. Modules are loaded meanwhile.
 */
import { findLastLines, type LastLines } from "../io/dataset/last-lines.ts";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { inputFiles, isFolder, totalBytes } from "../io/dataset/input-files.ts";
import { startPartWorker, type PartWorker } from "../io/dataset/part-worker.ts";

export type RepairBegun = {
  /** As it was named. */
  readonly input: readonly string[];
  /** Absolute. */
  readonly files: readonly string[];
  readonly last: Promise<LastLines>;
  /** null: the logs are too small for two. */
  readonly worker: PartWorker | null;
};

/** Where agents leave their logs by themselves. */
const DEFAULT_INPUT = "results/trajectories";

/** What was named; else the folder that is there by custom. @throws UserError when neither is. */
export async function repairInput(
  root: string,
  given: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (given !== undefined) return given;
  if (await isFolder(join(root, DEFAULT_INPUT))) return [DEFAULT_INPUT];
  throw new UserError(
    `repair: no --input was given, and there is no folder ${DEFAULT_INPUT} in ${root}`,
    "name the logs, for example --input 'logs/*.jsonl'",
  );
}

/** @param workerFrom bytes of logs. @throws UserError for an input that matches nothing. */
export async function beginRepair(
  root: string,
  input: readonly string[],
  workerFrom = WORKER_FROM_BYTES,
): Promise<RepairBegun> {
  const files = await inputFiles(root, input);
  const bytes = await totalBytes(files);
  const worker =
    bytes < workerFrom ? null : startPartWorker(new URL("./repair-worker.ts", import.meta.url));
  const last = findLastLines(files, "instance_id", worker === null ? null : bytes / 2);
  // A log that cannot be read is told when it is asked for.
  last.catch(() => {});
  return { input, files, last, worker };
}

// ---------------------------------------------------------------------------------------------

/** Starting a worker takes about as long as reading half of so much. */
const WORKER_FROM_BYTES = 32_000_000;
