/** What a turn needs to be played; a start that finds all of them played loads nothing of it. */
import type { Config } from "../config.ts";
import { masked } from "../core/exit/masker.ts";
import type { Deps } from "../deps.ts";
import type { Store } from "../io/store.ts";
import type { Answer } from "../records/answer.ts";
import type { AnswerName } from "../records/answer-names.ts";
import { SCHEMA } from "../records/schema.ts";
import type { WorkReport } from "../work.ts";
import { openAsking } from "./asking.ts";
import { sandboxNotes } from "./notes.ts";
import { openGym } from "./open.ts";
import { modelPolicies, refuseModelInPlain, scriptedPolicies } from "./policies.ts";
import { skillOf } from "./policy-names.ts";
import { rollOut, type RolloutDrop, type RolloutResult } from "./rollout.ts";

export type PlayingOptions = {
  readonly python: string;
  readonly answers: readonly AnswerName[];
  readonly k: number;
  /** "scripted:0.5", or a model. */
  readonly policy: string;
  readonly force: boolean;
  readonly openGym?: typeof openGym;
};

export type Playing = {
  play(file: string, answer: Answer, slot: number): Promise<RolloutResult>;
  /** Files why a turn is not played; it quotes what a command said. */
  drop(file: string, reason: RolloutDrop, detail: string): Promise<void>;
  /** Nothing more is asked; null where no model was. */
  end(): Promise<WorkReport | null>;
  readonly notes: readonly string[];
};

/** @throws UserError where the sandbox that is wanted does not start, or a model's commands would run without one. */
export async function openPlaying(
  config: Config,
  { store, engine, rng, signal }: Deps,
  { policy, ...options }: PlayingOptions,
): Promise<Playing> {
  const gym = await (options.openGym ?? openGym)(config, options.python, signal);
  const skill = skillOf(policy);
  if (skill === null) refuseModelInPlain(config, gym);
  const asking = skill === null ? openAsking(engine) : null;
  const policyOf =
    asking === null ? scriptedPolicies(gym, skill ?? 0, rng) : modelPolicies(config, asking);
  const { answers, k, force } = options;
  const maxSteps = config.gym.max_steps;
  return {
    play: (file, answer, slot) =>
      rollOut(
        { gym, store },
        { file, answer, answers, k, maxSteps, policy, policyOf, slot, force },
      ),
    drop: (file, reason, detail) => fileDrop(config, store, file, reason, detail),
    end: async () => (await asking?.end()) ?? null,
    notes: sandboxNotes(gym),
  };
}

// ---------------------------------------------------------------------------------------------

/** What is said of a dropped turn quotes what a command said. */
async function fileDrop(
  config: Config,
  store: Store,
  file: string,
  reason: RolloutDrop,
  detail: string,
): Promise<void> {
  const [record] = await masked([{ schema: SCHEMA, file, reason, detail }] as const, config);
  await store.write(`outcome/dropped/${file}`, record);
  await store.remove(`outcome/${file}`);
}
