/** Runs of all tasks by one policy, some at a time; those that are there are not played again. */
import { z } from "zod";
import { makeTally, type Tally } from "../core/tally.ts";
import { inParallel } from "../io/in-parallel.ts";
import type { Store } from "../io/store.ts";
import { UserError } from "../errors.ts";
import { freshRun, readTasks } from "./fresh-runs.ts";
import type { PolicyOf } from "./rollout.ts";
import type { Gym } from "./world.ts";

export type PlayOrder = {
  readonly gym: Gym;
  readonly store: Store;
  readonly policy: string;
  readonly policyOf: PolicyOf;
  /** Runs of each task. */
  readonly runs: number;
  /** Tasks, at most. */
  readonly limit?: number | undefined;
  readonly maxSteps: number;
  readonly parallel: number;
  /** Below the workspace. */
  readonly folder: string;
  /** `all`: runs that there will be. */
  readonly begun?: (all: number) => void;
  readonly told: (outcome: "kept" | "dropped") => void;
};

export type PlayedAll = {
  readonly tally: Tally;
  /** Runs, and those that ended with all tests as they should be. */
  readonly runs: number;
  readonly passes: number;
};

const thereSchema = z.looseObject({ resolved: z.boolean() });

/** @throws UserError when there is no task. */
export async function playAll(order: PlayOrder): Promise<PlayedAll> {
  const { gym, store, policy, runs, folder } = order;
  const tasks = (await readTasks(store)).slice(0, order.limit);
  if (tasks.length === 0) {
    throw new UserError("gym: there are no tasks yet", "run `npm run gym -- build` first");
  }
  const tally = makeTally();
  const ends: boolean[] = [];
  const wanted = tasks.flatMap((task) =>
    Array.from({ length: runs }, (_, at) => ({ task, n: at + 1 })),
  );
  order.begun?.(wanted.length);
  await inParallel([...wanted.entries()], order.parallel, async ([slot, { task, n }]) => {
    const path = `${folder}/${task.id}-${policy.replaceAll(/[^\w.-]+/g, "-")}-${n}.traj.json`;
    const there = await store.readIfThere(path, thereSchema);
    const run =
      there ??
      (gym.signal?.aborted === true
        ? null
        : await freshRun({ gym, store }, { ...order, task, n, slot, path }));
    if (run === null) return tally.pending();
    ends.push(run.resolved);
    tally.kept();
    order.told("kept");
  });
  return { tally, runs: ends.length, passes: ends.filter((resolved) => resolved).length };
}
