/**
 * The gym: tasks from pinned packages, each with a fault that its tests see, below .cache/gym. One function a word of the
 * command: `build` makes tasks, `play` runs of them, `script` what scripted models say of their turns, `export` and
 * `import` Harbor's form of them.
 */
import type { Config } from "../config.ts";
import { judgePanel } from "../config/models.ts";
import { makeTally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { openAsking } from "../gym/asking.ts";
import { buildAll } from "../gym/build-all.ts";
import { buildNotes, playNotes, sandboxNotes } from "../gym/notes.ts";
import { exportHarbor, importHarbor } from "../gym/harbor-folders.ts";
import { openGym } from "../gym/open.ts";
import { playAll } from "../gym/play-all.ts";
import { modelPolicies, refuseModelInPlain, scriptedPolicies } from "../gym/policies.ts";
import { policyName, skillOf } from "../gym/policy-names.ts";
import { writeRecordings } from "../gym/recordings.ts";
import type { StageOptions, StageSummary } from "../work.ts";

type Common = StageOptions & {
  /** A Python 3.11 or newer with pip. */
  readonly python: string;
  readonly concurrency?: number;
};

export type BuildOptions = Common & {
  /** Tasks wanted in all. */
  readonly tasks: number;
  /** Names; absent: all packages. */
  readonly packages?: readonly string[];
};

export async function build(
  config: Config,
  deps: Deps,
  options: BuildOptions,
): Promise<StageSummary> {
  const { store, progress, rng, signal } = deps;
  const opened = await openGym(config, options.python, signal);
  const tally = makeTally();
  progress.begin("gym", options.tasks);
  const atWork = new Set<string>();
  const world = {
    gym: opened,
    store,
    atWork: (name: string, isBegun: boolean): void => {
      if (isBegun) atWork.add(name);
      else atWork.delete(name);
      progress.tail?.([...atWork].join(", "));
    },
    told: (said: string): void => {
      if (said === "task") progress.step("kept");
    },
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

export type PlayOptions = Common & {
  readonly policy?: string;
  /** Runs of each task. */
  readonly runs: number;
  /** Of the workspace. */
  readonly out: string;
};

export async function play(
  config: Config,
  deps: Deps,
  options: PlayOptions,
): Promise<StageSummary> {
  const { store, progress, rng, signal } = deps;
  const opened = await openGym(config, options.python, signal);
  const wanted = options.policy ?? config.gym.policy;
  const skill = skillOf(wanted);
  if (skill === null) refuseModelInPlain(config, opened);
  const asking = skill === null ? openAsking(deps.engine) : null;
  const policyOf =
    asking === null ? scriptedPolicies(opened, skill ?? 0, rng) : modelPolicies(config, asking);
  const played = await playAll({
    gym: opened,
    store,
    policy: policyName(config, wanted),
    policyOf,
    runs: options.runs,
    limit: options.limit,
    maxSteps: config.gym.max_steps,
    parallel: options.concurrency ?? config.gym.parallel,
    folder: options.out,
    begun: (all) => progress.begin("gym", all),
    told: (outcome) => progress.step(outcome),
  });
  const work = (await asking?.end()) ?? null;
  progress.end();
  return played.tally.summary("gym", work, playNotes(opened, played, wanted));
}

export type HarborOptions = Common & {
  /** Of the workspace (export), or any (import). */
  readonly folder: string;
};

/** npm run gym -- export: every task as a folder in Harbor's form. */
export async function exportTasks(
  config: Config,
  { store, signal }: Deps,
  { python, folder }: HarborOptions,
): Promise<StageSummary> {
  const tally = makeTally();
  const opened = await openGym(config, python, signal);
  await exportHarbor(opened, store, folder, tally);
  return tally.summary("gym", null, [`written to ${folder}/`, ...sandboxNotes(opened)]);
}

/** npm run gym -- import: tasks from such folders; those of an image alone are drops. */
export async function importTasks(
  _config: Config,
  { store }: Deps,
  { folder }: HarborOptions,
): Promise<StageSummary> {
  const tally = makeTally();
  await importHarbor(store, folder, tally);
  return tally.summary("gym", null);
}

export type ScriptOptions = Common & {
  readonly king: number;
  readonly challenger: number;
  readonly accuracy: readonly number[];
};

export async function script(
  config: Config,
  deps: Deps,
  options: ScriptOptions,
): Promise<StageSummary> {
  const { store, rng, signal } = deps;
  const opened = await openGym(config, options.python, signal);
  const { king, challenger, accuracy } = options;
  const { turns, others } = await writeRecordings({
    gym: opened,
    store,
    king,
    challenger,
    accuracy,
    judges: judgePanel(config).map(({ model }) => model),
    rng,
    folder: config.offline.dir,
  });
  const tally = makeTally();
  for (let at = 0; at < turns; at++) tally.kept();
  for (let at = 0; at < others; at++) tally.dropped("no_task");
  return tally.summary("gym", null, [
    `recordings of ${turns} turns in ${config.offline.dir}/ for the provider offline`,
    ...sandboxNotes(opened),
  ]);
}
