/** The settings of a duel as the rules need them, from chain.toml. */
import type { Config } from "../config.ts";
import { askedPanel, judgePanel } from "../config/models.ts";
import { JUDGE_PROMPT_VERSION } from "../core/duel/judge-prompt.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import { SIMULATED_MODEL, type VoteModel } from "../core/duel/vote-model.ts";
import { settingsHash } from "../core/retry/settings-hash.ts";
import { configHash } from "../core/turn/hash.ts";
import type { Deps } from "../deps.ts";
import type { Duel } from "../records/duel.ts";

/** `measured`: how this panel's votes vary, where that is known. */
export function panelRules(
  config: Config,
  deps: Pick<Deps, "rng">,
  measured: VoteModel | null,
): DuelRules {
  const { judge, duel, bucket } = config;
  const { temperature, max_tokens, thinking_max_tokens } = judge;
  const { judges, orders } = askedPanel(config);
  const panel = judges.map((one) => ({
    ...one,
    settings: settingsHash(
      { ...one, temperature, max_tokens, thinking_max_tokens },
      config.provider,
    ),
  }));
  const { min_judges, certainty } = judge;
  const votes = measured ?? SIMULATED_MODEL;
  const sequential = { min_judges, max_judges: panel.length, certainty, votes };
  return {
    ...judge,
    panelMode: judge.panel === "sequential" ? sequential : judge.panel,
    panel,
    orders,
    mode: duel.mode,
    bucket,
    min_decisive: duel.min_decisive,
    config_hash: configHash({
      prompt: JUDGE_PROMPT_VERSION,
      temperature,
      max_tokens,
      thinking_max_tokens,
    }),
    prompt_version: JUDGE_PROMPT_VERSION,
    rng: deps.rng,
  };
}

/** Whether a sequential panel knows how its own votes vary. */
export function isMeasured({ panelMode }: DuelRules): boolean {
  return typeof panelMode !== "string" && panelMode.votes.n_turns > 0;
}

/** null: too few turns to measure on; what was known stays. */
export function withVotes(rules: DuelRules, votes: VoteModel | null): DuelRules {
  const { panelMode } = rules;
  return typeof panelMode === "string" || votes === null
    ? rules
    : { ...rules, panelMode: { ...panelMode, votes } };
}

/**
 * What an earlier run measured of these very judges, which stands, so that no turn is opened again
 * because others were judged since. null with none, and for another panel.
 */
export function knownVotes(
  config: Config,
  before: Pick<Duel, "vote_model"> | null,
): VoteModel | null {
  if (before?.vote_model === undefined || before.vote_model.n_turns === 0) return null;
  const { judges, ...votes } = before.vote_model;
  const now = judgePanel(config).slice(0, config.judge.min_judges);
  return judges.join("\n") === now.map(({ model }) => model).join("\n") ? votes : null;
}
