/**
 * Rollouts: plays the answers of turns on in the gym and files what the tests say of the end. Reads answer/,
 * writes outcome/. A turn whose outcome is there is not played again; one that was stopped goes on from its runs.
 */
import type { Config } from "../config.ts";
import { isWhole, wantedOf } from "../core/tasks/said.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import type { openGym } from "../gym/open.ts";
import type { Playing } from "../gym/playing.ts";
import { policyName } from "../gym/policy-names.ts";
import type { RolloutResult } from "../gym/rollout.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { inParallel } from "../io/in-parallel.ts";
import { answerSchema } from "../records/answer.ts";
import type { AnswerName } from "../records/answer-names.ts";
import { outcomeDropSchema, outcomeSchema } from "../records/outcome.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type RolloutOptions = StageOptions & {
  /** A Python 3.11 or newer with pip. */
  readonly python: string;
  readonly answers: readonly AnswerName[];
  readonly k?: number;
  readonly policy?: string;
  readonly concurrency?: number;
  /** @default the workspace's own, of the pinned packages */
  readonly openGym?: typeof openGym;
};

export async function rollout(
  config: Config,
  deps: Deps,
  options: RolloutOptions,
): Promise<StageSummary> {
  const { store, progress, signal } = deps;
  const answers = await listAnswers(store, options);
  if (answers.length === 0) {
    throw new UserError(
      "rollout: there are no answers in answer/",
      "run `npm run stage:king` and `npm run stage:challenger` first; if you gave --only, look at its pattern",
    );
  }
  const round = newRound(config, deps, options);
  progress.begin("rollout", answers.length);
  await inParallel([...answers.entries()], round.parallel, async ([slot, file]) => {
    if (signal?.aborted === true) round.tally.pending();
    else await oneTurn(round, file, slot);
  });
  const playing = await round.playing;
  const work = (await playing?.end()) ?? null;
  progress.end();
  const notes = [`played on by ${round.policy}`, ...(playing?.notes ?? [])];
  const summary = round.tally.summary("rollout", work, notes);
  return signal?.aborted === true ? { ...summary, stopped: INTERRUPTED } : summary;
}

// ---------------------------------------------------------------------------------------------

const INTERRUPTED = { why: "interrupted", message: "stopped by Ctrl-C" } as const;

type Round = {
  readonly config: Config;
  readonly deps: Deps;
  readonly options: RolloutOptions;
  readonly policy: string;
  readonly k: number;
  readonly parallel: number;
  readonly tally: Tally;
  /** Opened by the first turn that has to be played. */
  playing: Promise<Playing> | null;
};

function newRound(config: Config, deps: Deps, options: RolloutOptions): Round {
  return {
    config,
    deps,
    options,
    policy: policyName(config, options.policy ?? config.gym.policy),
    k: options.k ?? config.gym.rollouts,
    parallel: options.concurrency ?? config.gym.parallel,
    tally: makeTally(),
    playing: null,
  };
}

async function oneTurn(round: Round, { name, path }: AnswerFile, slot: number): Promise<void> {
  const { deps, options, policy, k, tally } = round;
  const { store, progress } = deps;
  const outcome = await store.readIfThere(`outcome/${name}`, outcomeSchema);
  const answer = await store.read(path, answerSchema);
  const wanted = wantedOf(answer, options.answers, { policy, k });
  if (outcome !== null && !options.force && isWhole(outcome, wanted)) {
    tally.kept();
    return progress.step("kept");
  }
  const known = await store.readIfThere(`outcome/dropped/${name}`, outcomeDropSchema);
  if (known !== null && !options.force && !options.retry) {
    tally.dropped(known.reason);
    return progress.step("dropped");
  }
  const playing = await (round.playing ??= open(round));
  await fileResult(round, playing, name, await playing.play(name, answer, slot));
}

async function fileResult(
  { deps: { store, progress }, tally }: Round,
  playing: Playing,
  file: string,
  result: RolloutResult,
): Promise<void> {
  switch (result.kind) {
    case "played":
      await store.write(`outcome/${file}`, result.outcome);
      await store.remove(`outcome/dropped/${file}`);
      tally.kept();
      return progress.step("kept");
    case "dropped":
      await playing.drop(file, result.reason, result.detail);
      tally.dropped(result.reason);
      return progress.step("dropped");
    case "pending":
      return tally.pending();
    default:
      return result satisfies never;
  }
}

/** Sandbox, policies and all that reads packages: half of what a start costs. */
async function open({ config, deps, options, policy, k }: Round): Promise<Playing> {
  const { openPlaying } = await import("../gym/playing.ts");
  return openPlaying(config, deps, { ...options, policy, k });
}
