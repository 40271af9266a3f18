/**
 * Puts the real world together for scripts: configuration, lock, store, models, clock, seed, signals.
 * The only place where core's rules and io's edge meet outside a stage.
 */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { finish, parseFlags, type CommonFlags } from "./cli.ts";
import { loadConfig, type Config } from "./config.ts";
import { seededRng } from "./core/random.ts";
import { makeReplay, recordedReplySchema, recordedTurnSchema } from "./core/replay.ts";
import { configHash } from "./core/turn/hash.ts";
import { localEngine } from "./io/engine.ts";
import { lockWorkspace } from "./io/lock.ts";
import { readRecording } from "./io/recordings.ts";
import { saveRun } from "./io/run-file.ts";
import { openStore } from "./io/store.ts";
import { sweepTemps } from "./io/sweep.ts";
import type { Deps } from "./stages/deps.ts";
import type { ChatRequest, Outcome, StageSummary } from "./work.ts";

export type Workspace = {
  readonly config: Config;
  readonly deps: Deps;
  /** Closes connections and files, and gives the lock back. */
  close(): Promise<void>;
};

/** A whole stage script: flags, workspace, stage, run.json, summary, exit code. */
export async function runStage<Flags extends CommonFlags>(
  command: Command,
  stage: (config: Config, deps: Deps, options: Flags) => Promise<StageSummary>,
): Promise<number> {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const workspace = await openWorkspace(flags, command.name().replace(/^stage:/, ""));
  try {
    const started = new Date();
    const summary = await stage(workspace.config, workspace.deps, flags);
    await saveRun(workspace.deps.store, summary, {
      started,
      wallMs: Date.now() - started.getTime(),
      configHash: configHash({ ...workspace.config, env: undefined, root: undefined }),
    });
    return finish(summary, flags);
  } finally {
    await workspace.close();
  }
}

/** Locks a workspace and opens everything a stage needs. */
export async function openWorkspace(
  flags: Pick<CommonFlags, "root" | "concurrency" | "json">,
  stage: string,
): Promise<Workspace> {
  const config = loadConfig(flags.root);
  const close = await lockWorkspace(flags.root, stage);
  await sweepTemps(flags.root);
  const replay = lazyReplay(config);
  const deps: Deps = {
    engine: localEngine({
      chat: (request) => Promise.resolve(replay(request)),
      window: flags.concurrency ?? 64,
      signal: new AbortController().signal,
    }),
    store: openStore(flags.root),
    rng: (purpose) => seededRng(config.source.seed, purpose),
    now: () => new Date(),
    progress: { begin() {}, step() {}, spent() {}, note() {}, end() {} },
  };
  return { config, deps, close };
}

/** Answers of the `offline` provider; recordings are read when the first one is asked for. */
function lazyReplay(config: Config): (request: ChatRequest) => Outcome {
  let replay: ((request: ChatRequest) => Outcome) | null = null;
  return (request) => {
    replay ??= makeReplay({
      turns: readRecording(join(recordingDir(config), "turns.jsonl"), recordedTurnSchema),
      replies: readRecording(join(recordingDir(config), "replies.jsonl"), recordedReplySchema),
      leaveOut: config.offline.leave_out,
    });
    return replay(request);
  };
}

const recordingDir = (config: Config): string => resolve(config.root, config.offline.dir);
