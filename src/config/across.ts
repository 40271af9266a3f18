/**
 * What no single key of chain.toml can say: bounds that cross, judges named twice, providers without a section.
 */
import { panelFault } from "../config-schema/panel-fault.ts";
import type { ConfigFile } from "../config-schema/schema.ts";
import { nearestName } from "../core/text/nearest.ts";
import { UserError } from "../errors.ts";
import { judgePanel, usedProviders } from "./models.ts";
import { lineOf, lineOfValue } from "./toml.ts";

/**
 * @throws UserError for the first rule across keys that does not hold, with the line.
 */
export function checkAcross(config: ConfigFile, text: string, path: string): void {
  if (config.bucket.defeat_max > config.bucket.final_min) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["bucket", "defeat_max"])}: [bucket].defeat_max is ${config.bucket.defeat_max}, over final_min ${config.bucket.final_min}`,
      "set defeat_max to at most final_min; scores below defeat_max are defeats, from final_min on final",
    );
  }
  const { accepted, max_candidates } = config.target;
  if (accepted !== undefined && (max_candidates ?? 0) < accepted) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["target", "accepted"])}: [target].accepted is ${accepted}, over max_candidates ${max_candidates ?? "(not set)"}`,
      "set max_candidates to the most turns that may be drawn for them",
    );
  }
  const panel = judgePanel(config).map((judge) => judge.model);
  const twice = panel.find((model, index) => panel.indexOf(model) !== index);
  if (twice !== undefined) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["judge", "models"])}: [judge].models names ${twice} twice`,
      "name every judge once: the same model twice would count as two opinions",
    );
  }
  if (config.judge.quorum > panel.length) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["judge", "quorum"])}: [judge].quorum is ${config.judge.quorum}, but the panel has ${panel.length} judge${panel.length === 1 ? "" : "s"}`,
      `set quorum to at most ${panel.length}, or name more judges`,
    );
  }
  const found = panelFault(config, panel.length);
  if (found !== null) {
    throw new UserError(
      `config: ${path}${lineOf(text, ["judge", found.key])}: ${found.what}`,
      found.mend,
    );
  }
  for (const provider of usedProviders(config)) {
    if (config.provider[provider] !== undefined) continue;
    const near = nearestName(provider, Object.keys(config.provider));
    throw new UserError(
      `config: ${path}${lineOfValue(text, provider)}: no section [provider.${provider}]`,
      near === null
        ? `add [provider.${provider}] with base_url and api_key_env`
        : `did you mean ${near}? Otherwise add [provider.${provider}] with base_url and api_key_env`,
    );
  }
}
