/** The settings of a duel as the rules need them, from chain.toml. */
import { judgePanel, type Config } from "../config.ts";
import { JUDGE_PROMPT_VERSION } from "../core/duel/judge-prompt.ts";
import type { DuelRules } from "../core/duel/rules.ts";
import { settingsHash } from "../core/retry/settings-hash.ts";
import { configHash } from "../core/turn/hash.ts";
import type { Deps } from "../deps.ts";

export function panelRules(config: Config, deps: Pick<Deps, "rng">): DuelRules {
  const { judge, duel, bucket } = config;
  const { temperature, max_tokens, thinking_max_tokens } = judge;
  return {
    ...judge,
    panelMode: judge.panel,
    panel: judgePanel(config).map((one) => ({
      ...one,
      settings: settingsHash(
        { ...one, temperature, max_tokens, thinking_max_tokens },
        config.provider,
      ),
    })),
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
