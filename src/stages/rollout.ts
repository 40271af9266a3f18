/**
 * Rollouts: plays the answers of turns on in the gym and files what the tests say of the end. Reads answer/,
 * writes outcome/. A turn whose outcome is there is not played again; one that was stopped goes on from its runs.
 */
import type { Config } from "../config.ts";
import { masked } from "../core/exit/masker.ts";
import { isWhole, wantedOf } from "../core/tasks/said.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { openAsking, type Asking } from "../gym/asking.ts";
import { sandboxNotes } from "../gym/notes.ts";
import { openGym } from "../gym/open.ts";
import {
  modelPolicies,
  policyName,
  refuseModelInPlain,
  scriptedPolicies,
  skillOf,
} from "../gym/policies.ts";
import { rollOut, type PolicyOf, type RolloutResult } from "../gym/rollout.ts";
import type { Gym } from "../gym/world.ts";
import { listAnswers, type AnswerFile } from "../io/answers.ts";
import { inParallel } from "../io/in-parallel.ts";
import { answerSchema } from "../records/answer.ts";
import type { AnswerName } from "../records/answer-names.ts";
import { outcomeDropSchema, outcomeSchema } from "../records/outcome.ts";
import { SCHEMA } from "../records/schema.ts";
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
  const round = newRound(config, deps, options);
  progress.begin("rollout", answers.length);
  await inParallel([...answers.entries()], round.parallel, async ([slot, file]) => {
    if (signal?.aborted === true) round.tally.pending();
    else await oneTurn(round, file, slot);
  });
  const work = (await round.asking?.end()) ?? null;
  progress.end();
  const summary = round.tally.summary("rollout", work, notesOf(round));
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
  gym: Promise<Gym> | null;
  asking: Asking | null;
  readonly sandbox: string[];
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
    gym: null,
    asking: null,
    sandbox: [],
  };
}

async function oneTurn(round: Round, { name, path }: AnswerFile, slot: number): Promise<void> {
  const { config, deps, options, policy, k, tally } = round;
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
  const opened = await (round.gym ??= open(round));
  const result = await rollOut(
    { gym: opened, store },
    {
      file: name,
      answer,
      answers: options.answers,
      k,
      maxSteps: config.gym.max_steps,
      policy,
      policyOf: policiesOf(round, opened),
      slot,
      force: options.force,
    },
  );
  await fileResult(round, name, result);
}

async function fileResult(
  { config, deps: { store, progress }, tally }: Round,
  file: string,
  result: RolloutResult,
): Promise<void> {
  switch (result.kind) {
    case "played":
      await store.write(`outcome/${file}`, result.outcome);
      await store.remove(`outcome/dropped/${file}`);
      tally.kept();
      return progress.step("kept");
    case "dropped": {
      const { reason, detail } = result;
      // It quotes what a command said.
      const [record] = await masked([{ schema: SCHEMA, file, reason, detail }] as const, config);
      await store.write(`outcome/dropped/${file}`, record);
      await store.remove(`outcome/${file}`);
      tally.dropped(reason);
      return progress.step("dropped");
    }
    case "pending":
      return tally.pending();
    default:
      return result satisfies never;
  }
}

async function open(round: Round): Promise<Gym> {
  const { config, deps, options, policy, sandbox } = round;
  const gym = await (options.openGym ?? openGym)(config, options.python, deps.signal);
  if (skillOf(policy) === null) refuseModelInPlain(config, gym);
  sandbox.push(...sandboxNotes(gym));
  return gym;
}

function policiesOf(round: Round, gym: Gym): PolicyOf {
  const skill = skillOf(round.policy);
  if (skill !== null) return scriptedPolicies(gym, skill, round.deps.rng);
  round.asking ??= openAsking(round.deps.engine);
  return modelPolicies(round.config, round.asking);
}

function notesOf({ policy, sandbox }: Round): string[] {
  return [`played on by ${policy}`, ...sandbox];
}
