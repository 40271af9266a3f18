/** The tasks that a trained checkpoint plays, and its runs of them: each from the issue on, by the model of [king]. */
import { z } from "zod";
import type { Config } from "../config.ts";
import { repoOf } from "../core/tasks/trajectory.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import { inParallel } from "../io/in-parallel.ts";
import type { Store } from "../io/store.ts";
import type { GymTask } from "../records/gym-task.ts";
import type { Engine, WorkReport } from "../work.ts";
import { openAsking } from "./asking.ts";
import { freshRun, readTasks } from "./fresh-runs.ts";
import { modelPolicies } from "./policies.ts";
import type { Gym } from "./world.ts";

export type ArmTasks = {
  /** Sorted by id. */
  readonly tasks: readonly GymTask[];
  readonly packages: number;
  /** Tasks of packages that the arms were trained on: nobody plays them. */
  readonly seen: number;
};

/** At most so many tasks, of as many packages as can be had; none of a repository of `trainedOn`. */
export async function armTasks(
  store: Store,
  trainedOn: ReadonlySet<string>,
  most: number,
): Promise<ArmTasks> {
  const all = await readTasks(store);
  const free = all.filter((task) => !trainedOn.has(repoOf(task)));
  const nth = new Map<string, number>();
  const ranked = free.map((task) => {
    const rank = nth.get(task.package) ?? 0;
    nth.set(task.package, rank + 1);
    return { task, rank };
  });
  // Every package's first, then every package's second ...
  const chosen = ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ task }) => task)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    tasks: chosen,
    packages: new Set(chosen.map((task) => task.package)).size,
    seen: all.length - free.length,
  };
}

/** A run of one task, and whether its tests were all as they should be at its end. */
export type ArmRunOf = {
  readonly task: GymTask;
  readonly n: number;
  readonly path: string;
  /** null: it was not played yet. */
  readonly resolved: boolean | null;
};

/** Every wanted run below `folder`, played or not. @param runs of each task */
export async function armRunsIn(
  store: Store,
  folder: string,
  tasks: readonly GymTask[],
  runs: number,
): Promise<ArmRunOf[]> {
  const wanted: ArmRunOf[] = [];
  for (const task of tasks) {
    for (let n = 1; n <= runs; n++) {
      const path = `${folder}/runs/${task.id}-${n}.traj.json`;
      const there = await store.readIfThere(path, thereSchema);
      wanted.push({ task, n, path, resolved: there?.resolved ?? null });
    }
  }
  return wanted;
}

/** Of each task, in their order: the share of its runs that ended with all tests as they should be. */
export function passRates(
  runs: readonly ArmRunOf[],
): { readonly row: number; readonly cluster: string; readonly value: number }[] {
  const byTask = new Map<string, { cluster: string; passed: number; played: number }>();
  for (const { task, resolved } of runs) {
    const entry = byTask.get(task.id) ?? { cluster: repoOf(task), passed: 0, played: 0 };
    byTask.set(task.id, {
      ...entry,
      passed: entry.passed + Number(resolved === true),
      played: entry.played + 1,
    });
  }
  return [...byTask.values()].map(({ cluster, passed, played }, row) => ({
    row,
    cluster,
    value: passed / played,
  }));
}

export type PlayWish = {
  readonly gym: Gym;
  readonly store: Store;
  /** Those that are there are not played again. */
  readonly wanted: readonly ArmRunOf[];
  /** As the runs name who played. */
  readonly policy: string;
  /** Its [king] is the model that plays. */
  readonly config: Config;
  readonly engine: Engine;
};

/** A run that the model's provider gave no reply for is pending. */
export async function playRuns({
  gym,
  store,
  wanted,
  policy,
  config,
  engine,
}: PlayWish): Promise<{ readonly tally: Tally; readonly work: WorkReport }> {
  const tally = makeTally();
  const asking = openAsking(engine);
  const order = { policy, policyOf: modelPolicies(config, asking), maxSteps: config.gym.max_steps };
  try {
    await inParallel([...wanted.entries()], config.gym.parallel, async ([slot, one]) => {
      const { task, n, path, resolved } = one;
      if (resolved !== null) return tally.kept();
      if (gym.signal?.aborted === true) return tally.pending();
      const played = await freshRun({ gym, store }, { ...order, task, n, slot, path });
      if (played === null) tally.pending();
      else tally.kept();
    });
  } catch (error) {
    await asking.end();
    throw error;
  }
  return { tally, work: await asking.end() };
}

// ---------------------------------------------------------------------------------------------

const thereSchema = z.looseObject({ resolved: z.boolean() });
