/**
 * What happens between two runs of a stage whose items wait in request files: the Ray job that answers them,
 * or the waiting of --wait. No lock is held.
 */
import { join } from "node:path";
import type { Config } from "../config.ts";
import { isAnyOver } from "../io/batch/api/waiting.ts";
import { runRayJobs } from "../io/batch/ray-job.ts";
import { untilResults } from "../io/batch/until-results.ts";
import type { Store } from "../io/store.ts";
import { projectFolder } from "../trainer/house.ts";
import type { Stage, StageSummary } from "../work.ts";
import type { CommonFlags } from "./cli.ts";

/** What the run before came to. */
export type Left = { readonly asked: number };

export type Waiting = {
  readonly config: Config;
  readonly store: Store;
  readonly stage: string;
  readonly flags: Pick<CommonFlags, "wait" | "retry">;
  readonly summary: StageSummary;
  /** null: this was the first run. */
  readonly before: Left | null;
  /** The results files as they were before the run, see `resultsIn`. */
  readonly seen: string;
};

/** "again": the stage has something to file. "end": it has not, and nobody waits. "stopped": Ctrl-C. */
export async function meanwhile(waiting: Waiting): Promise<"again" | "end" | "stopped"> {
  const { config, store, flags, before } = waiting;
  const stage = waiting.stage as Stage;
  // What is dropped anew would be asked again in every round.
  if (flags.retry && before !== null) return "end";
  if (config.engine.name === "ray" && !isBarren(waiting)) {
    const program = join(projectFolder, "engines", "ray_batch.py");
    const note = (line: string): void => void process.stderr.write(`${line}\n`);
    const end = await runRayJobs({ config, store, stage, program, note });
    if (end === "stopped") return "stopped";
    if (end === "done") return "again";
    if (end === "later") return "end";
  }
  if (flags.wait !== true) return "end";
  const isOver = (): Promise<boolean> => isAnyOver(config, store, stage);
  const other =
    config.engine.name === "batch" ? { everyMs: config.engine.poll_s * 1000, isOver } : undefined;
  const goesOn = await untilResults(store.path("engine", stage), waiting.seen, other);
  return goesOn ? "again" : "stopped";
}

// ---------------------------------------------------------------------------------------------

/** A job was run and nothing came of it: the next one would ask the same again. */
const isBarren = ({ before, summary }: Waiting): boolean => before !== null && summary.asked === 0;
