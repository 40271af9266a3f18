/**
 * Puts the real world together for scripts: configuration, lock, store, models, clock, seed, signals.
 * The only place where core's rules and io's edge meet outside a stage.
 */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { finish, parseFlags, type CommonFlags } from "./cli.ts";
import { fallbackModels, judgePanel, loadConfig, type Config } from "./config.ts";
import { seededRng } from "./core/random.ts";
import { makeReplay, recordedReplySchema, recordedTurnSchema } from "./core/replay.ts";
import { callRules } from "./core/retry/rules.ts";
import { configHash } from "./core/turn/hash.ts";
import { makeChat, type ChatOptions } from "./io/chat/chat.ts";
import { localEngine } from "./io/engine.ts";
import { openLedger, type Ledger } from "./io/ledger.ts";
import { keepHeapSmall } from "./io/heap.ts";
import { lockWorkspace } from "./io/lock.ts";
import { makeProgress } from "./io/progress.ts";
import { readRecording } from "./io/recordings.ts";
import { saveRun } from "./io/run-file.ts";
import { installSignals } from "./io/signals.ts";
import { openStore } from "./io/store.ts";
import { sweepTemps } from "./io/sweep.ts";
import type { Deps } from "./stages/deps.ts";
import type { Chat, ChatRequest, ModelRef, Outcome, Places, StageSummary } from "./work.ts";

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
  flags: Pick<CommonFlags, "root" | "concurrency">,
  stage: string,
): Promise<Workspace> {
  const config = loadConfig(flags.root);
  const unlock = await lockWorkspace(flags.root, stage);
  await sweepTemps(flags.root);
  const now = (): Date => new Date();
  const progress = makeProgress({ out: process.stderr, now });
  const signals = installSignals((line) => progress.note(line));
  const models = openModels({ config, stage, now, progress, signal: signals.signal, flags });
  const deps: Deps = {
    engine: localEngine({ ...models, window: WINDOW, signal: signals.signal }),
    store: openStore(flags.root),
    rng: (purpose) => seededRng(config.source.seed, purpose),
    now,
    progress,
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

// ---------------------------------------------------------------------------------------------

/** Items in hand at once: enough to fill every provider while some items wait for a retry. */
const WINDOW = 1024;

type ModelsOptions = Pick<ChatOptions, "config" | "now" | "progress" | "signal"> & {
  readonly stage: string;
  readonly flags: Pick<CommonFlags, "concurrency">;
};

/** Ledger and client, opened by the first call: a stage with nothing to ask needs no key. */
function openModels({ config, stage, flags, ...world }: ModelsOptions): {
  readonly chat: Chat;
  readonly places: Places;
  close(): Promise<void>;
} {
  let freed = (): void => {};
  let open: { readonly ledger: Ledger; readonly chat: ReturnType<typeof makeChat> } | null = null;
  const opened = (): NonNullable<typeof open> => {
    if (open !== null) return open;
    const ledger = openLedger(config.root, world.now);
    const chat = makeChat({
      ...world,
      config,
      ledger,
      rules: callRules,
      rng: Math.random,
      concurrency: flags.concurrency,
      models: modelsOf(config, stage),
      offline: lazyReplay(config),
    });
    chat.onFree(() => freed());
    keepHeapSmall();
    open = { ledger, chat };
    return open;
  };
  return {
    chat: async (request, item) => opened().chat(request, item),
    places: {
      hasFree: (model) => open?.chat.hasFree(model) ?? true,
      onFree(listener) {
        freed = listener;
      },
    },
    async close() {
      await open?.chat.close();
      await open?.ledger.close();
    },
  };
}

/** The models a stage will ask: their keys are looked for before the first call is paid. */
function modelsOf(config: Config, stage: string): readonly ModelRef[] {
  if (stage === "validate") return judgePanel(config);
  if (stage !== "king" && stage !== "challenger") return [];
  return [config[stage], ...fallbackModels(config[stage])];
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
