/** Whole runs of tasks by a policy, from the issue on: sources for stage:prompt, and the tables of skills. */
import { openingOf, trajectoryOf } from "../core/tasks/trajectory.ts";
import { makeMasker } from "../core/exit/masker.ts";
import type { Store } from "../io/store.ts";
import { gymTaskSchema, type GymTask } from "../records/gym-task.ts";
import { TASKS, taskPath } from "./build.ts";
import { openLayer, packageOf } from "./layer.ts";
import { playOut, verdictOf } from "./play.ts";
import type { PolicyOf } from "./rollout.ts";
import type { Gym } from "./world.ts";

/** The tasks of a workspace, sorted by id. */
export async function readTasks(store: Store): Promise<GymTask[]> {
  const names = (await store.list(TASKS)).filter((name) => name.endsWith(".json"));
  const tasks: GymTask[] = [];
  for (const name of names)
    tasks.push(await store.read(taskPath(name.slice(0, -".json".length)), gymTaskSchema));
  return tasks;
}

export type FreshRun = {
  readonly task: GymTask;
  /** 1-based, of this task. */
  readonly n: number;
  readonly slot: number;
  readonly policy: string;
  readonly policyOf: PolicyOf;
  readonly maxSteps: number;
  /** Relative to the workspace. */
  readonly path: string;
};

/** Plays a task and writes the trajectory. null: the policy gave no reply, or Ctrl-C. */
export async function freshRun(
  { gym, store }: { readonly gym: Gym; readonly store: Store },
  { task, n, slot, policy, policyOf, maxSteps, path }: FreshRun,
): Promise<{ readonly resolved: boolean; readonly turns: number } | null> {
  const pack = await packageOf(gym, task);
  const own = policyOf({ task, pack, key: `${task.id}/run/${n}` });
  if (own === null) return null;
  const layer = await openLayer(gym, task, pack, slot);
  try {
    const played = await playOut(openingOf(task), {
      layer,
      policy: own,
      maxSteps,
      maxMalformed: 3,
    });
    if (gym.signal?.aborted === true || played.ended === "policy") return null;
    const resolved = await verdictOf(gym, { task, pack, slot }, layer);
    if (resolved === null) return null;
    const [trajectory] = await makeMasker(gym).mask([
      trajectoryOf({ ...played, task, resolved, policy }),
    ]);
    await store.write(path, { ...trajectory, kingmaker: { policy, n, turns: played.turns } });
    return { resolved, turns: played.turns };
  } finally {
    layer.remove();
  }
}
