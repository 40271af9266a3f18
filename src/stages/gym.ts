/**
 * The gym: tasks from pinned packages, each with a fault that its tests see, below .cache/gym. Words of the
 * command: `build` makes them.
 */
import type { Config } from "../config.ts";
import { makeTally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { buildAll } from "../gym/build-all.ts";
import { buildNotes } from "../gym/notes.ts";
import { openGym } from "../gym/open.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type GymOptions = StageOptions & {
  /** A Python 3.11 or newer with pip. */
  readonly python: string;
  /** Tasks wanted in all. */
  readonly tasks: number;
  /** Names; absent: all packages. */
  readonly packages?: readonly string[];
  readonly concurrency?: number;
};

/** npm run gym -- build. Asks no model. */
export async function gym(config: Config, deps: Deps, options: GymOptions): Promise<StageSummary> {
  const { store, progress, rng, signal } = deps;
  const opened = await openGym(config, options.python, signal);
  const tally = makeTally();
  progress.begin("gym", options.tasks);
  const world = {
    gym: opened,
    store,
    told: (said: string): void => progress.step(said === "task" ? "kept" : "dropped"),
  };
  const { proofs, tries, test_seconds } = config.gym;
  const order = {
    tasks: options.tasks,
    ...(options.packages === undefined ? {} : { packages: options.packages }),
    parallel: options.concurrency ?? config.gym.parallel,
    proofs,
    tries,
    testSeconds: test_seconds,
    seed: config.source.seed,
    rng,
  };
  const built = await buildAll(world, order, tally);
  progress.end();
  return tally.summary("gym", null, buildNotes(opened, built));
}
