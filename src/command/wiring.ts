/**
 * Puts the real world together for scripts: configuration, lock, store, models, clock, seed, signals.
 * The only place where core's rules and io's edge meet outside a stage.
 */
import { exitCodeOf, finish, summaryLines, type CommonFlags } from "./cli.ts";
import { loadConfig, type Config } from "../config.ts";
import { confirmSpending } from "./confirm.ts";
import { seededRng } from "../core/random.ts";
import { visibleText } from "../core/text/visible.ts";
import { configHash } from "../core/turn/hash.ts";
import { resultsIn } from "../io/batch/until-results.ts";
import { lockWorkspace } from "../io/lock.ts";
import { makeProgress } from "../io/progress.ts";
import { buildName } from "../io/build-name.ts";
import { saveRun } from "../io/run-file.ts";
import { installSignals } from "../io/signals.ts";
import { maskedSummary } from "./masked-summary.ts";
import { meanwhile, type Left } from "./meanwhile.ts";
import { openModels } from "./models.ts";
import { openStore } from "../io/store.ts";
import { sweepTemps } from "../io/sweep.ts";
import { checkLinks } from "../io/workspace-links.ts";
import { tuneForWaiting } from "../io/v8.ts";
import { withEngine } from "./with-engine.ts";
import type { Deps } from "../deps.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type Stage<Flags> = (config: Config, deps: Deps, options: Flags) => Promise<StageSummary>;

type Workspace = {
  readonly config: Config;
  readonly deps: Deps;
  /** Closes connections and files, and gives the lock back. */
  close(): Promise<void>;
};

/** Workspace, stage, run.json, summary, exit code. @param name of the stage, for example "king". */
export async function runInWorkspace<Flags extends CommonFlags>(
  name: string,
  flags: Flags,
  stage: Stage<Flags>,
): Promise<number> {
  const store = openStore(flags.root);
  for (let before: Left | null = null; ;) {
    const seen = flags.wait === true ? await resultsIn(store.path("engine", name)) : "";
    // Who said yes once is not asked again between two rounds.
    const asked: Flags = before === null ? flags : { ...flags, yes: true };
    const { summary, config }: Once = await runOnce(name, asked, stage);
    const code = exitCodeOf(summary);
    const isLeft = code === 2 && summary.stopped?.why === "engine";
    const tell = (): void => {
      for (const line of summaryLines(summary)) process.stderr.write(`${visibleText(line)}\n`);
    };
    // Who waits for hours is told for what before, not behind it.
    const isWaiting = isLeft && flags.wait === true;
    if (isWaiting) tell();
    // Nobody is kept out meanwhile: the lock was given back.
    const next = isLeft
      ? await meanwhile({ config, store, stage: name, flags, summary, before, seen })
      : "end";
    if (next === "stopped") return 130;
    if (next === "end") return finish(summary, flags);
    if (!isWaiting) tell();
    before = { asked: summary.asked };
  }
}

/**
 * A stage in another workspace, which a command of this one keeps: with its lock, ledger and run.json, and
 * with this one's keys. Nothing is printed at the end.
 */
export function runsInside(
  flags: CommonFlags,
): (
  config: Config,
  root: string,
  name: string,
  stage: Stage<StageOptions>,
) => Promise<StageSummary> {
  const { json, yes, retry } = flags;
  const concurrency = flags.concurrency === undefined ? {} : { concurrency: flags.concurrency };
  return async (config, root, name, stage) => {
    const own = { root, json, yes, retry, force: false, ...concurrency };
    // Its duels have a mode of their own.
    const { DUEL_MODE: _mode, ...env } = config.env;
    const { summary } = await runOnce(name, own, stage, { env, written: config });
    return summary;
  };
}

type Once = { readonly summary: StageSummary; readonly config: Config };

/** Of the workspace that this one lies below. */
type Outer = { readonly env: Config["env"]; readonly written: Config };

async function runOnce<Flags extends CommonFlags>(
  name: string,
  flags: Flags,
  stage: Stage<Flags>,
  outer: Outer | null = null,
): Promise<Once> {
  const workspace = await openWorkspace(flags, name, outer);
  try {
    await confirmSpending(name, { ...workspace, store: workspace.deps.store }, flags);
    const started = new Date();
    const summary = await stage(workspace.config, workspace.deps, flags);
    await saveRun(workspace.deps.store, await maskedSummary(summary, workspace.config), {
      started,
      wallMs: Date.now() - started.getTime(),
      build: buildName(),
      configHash: configHash({
        ...workspace.config,
        env: undefined,
        root: undefined,
        // Who asks changes nothing of what is asked.
        engine: undefined,
      }),
    });
    return { summary, config: workspace.config };
  } finally {
    await workspace.close();
  }
}

/** Locks a workspace and opens everything a stage needs. */
async function openWorkspace(
  flags: Pick<CommonFlags, "root" | "concurrency" | "force" | "engine">,
  stage: string,
  outer: Outer | null,
): Promise<Workspace> {
  const config = withEngine(
    loadConfig(flags.root, outer === null ? undefined : { ...outer.env }),
    flags.engine,
  );
  await checkLinks(flags.root);
  const unlock = await lockWorkspace(flags.root, stage);
  await sweepTemps(flags.root);
  const now = (): Date => new Date();
  const progress = makeProgress({ out: process.stderr, now });
  const signals = installSignals((line) => progress.note(line));
  const { signal } = signals;
  // A model stage asks for it with its first call; this one waits for a Hub.
  if (stage === "prompt") tuneForWaiting();
  const models = openModels({
    config,
    ...(outer === null ? {} : { written: outer.written }),
    stage,
    now,
    progress,
    signal,
    flags,
  });
  const deps: Deps = {
    engine: models.engine,
    store: openStore(flags.root),
    rng: (purpose) => seededRng(config.source.seed, purpose),
    now,
    progress,
    signal,
  };
  return {
    config,
    deps,
    async close() {
      await models.close();
      signals.remove();
      await unlock();
    },
  };
}
