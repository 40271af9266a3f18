/** report/run.json: the last summary of each stage, with its drop reasons. */
import { runFileSchema, type RunFile } from "../records/run.ts";
import { SCHEMA } from "../records/schema.ts";
import type { StageSummary } from "../work.ts";
import type { Store } from "./store.ts";

const RUN_FILE = "report/run.json";

/** Every stage's last summary; an empty record when nothing has run. */
export async function readRuns(store: Store): Promise<RunFile["stages"]> {
  return (await store.readIfThere(RUN_FILE, runFileSchema))?.stages ?? {};
}

/**
 * Keeps a stage's summary. A run that asked nothing and found what the last one left changes no
 * file: its summary would say nothing new.
 */
export async function saveRun(
  store: Store,
  summary: StageSummary,
  run: {
    readonly started: Date;
    readonly wallMs: number;
    readonly configHash: string;
    readonly build?: string;
  },
): Promise<void> {
  const stages = await readRuns(store);
  const { stopped: _stopped, ...kept } = summary;
  const before = stages[summary.stage];
  if (before !== undefined && summary.asked === 0 && sameResult(before, kept)) return;
  const entry = {
    ...kept,
    started: run.started.toISOString(),
    wall_ms: Math.round(run.wallMs),
    config_hash: run.configHash,
    ...(run.build === undefined ? {} : { build: run.build }),
  };
  await store.write(RUN_FILE, { schema: SCHEMA, stages: { ...stages, [summary.stage]: entry } });
}

// ---------------------------------------------------------------------------------------------

type Result = Pick<StageSummary, "read" | "kept" | "dropped" | "pending"> & {
  readonly of_duel?: string | undefined;
};

const sameResult = (a: Result, b: Result): boolean => resultOf(a) === resultOf(b);

const resultOf = ({ read, kept, dropped, pending, of_duel }: Result): string =>
  JSON.stringify([
    read,
    kept,
    pending,
    of_duel,
    Object.entries(dropped).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
