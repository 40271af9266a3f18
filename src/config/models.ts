/**
 * Which models a configuration asks, by role: names resolved to model and provider, in the order of chain.toml.
 */
import type { ConfigFile } from "../config-schema/schema.ts";

/** The section a role's model belongs to, resolved: judge tables and plain names alike. */
export type JudgeModel = {
  readonly model: string;
  readonly provider: string;
  readonly thinking: boolean;
  readonly temperature?: number | "default";
  readonly max_tokens?: number;
};

/** The panel with provider and thinking filled in, in the order of chain.toml. */
export const judgePanel = (config: ConfigFile): readonly JudgeModel[] =>
  judgesOf(config, config.judge.models);

/** Who judges the arms of `worth`, resolved as the panel is. */
export const worthJudges = (config: ConfigFile): readonly JudgeModel[] =>
  judgesOf(config, config.worth.judges);

/** The judges that a turn may be put before, in the order they are asked, and the orders asked of each. */
export function askedPanel(config: ConfigFile): {
  readonly judges: readonly JudgeModel[];
  readonly orders: ConfigFile["judge"]["orders"];
} {
  const panel = judgePanel(config);
  const { panel: mode, orders, max_judges } = config.judge;
  if (mode !== "sequential") return { judges: panel, orders };
  // Another judge tells more than the same one in the other order.
  return { judges: max_judges === "all" ? panel : panel.slice(0, max_judges), orders: "random" };
}

/** A role's fallback list with provider filled in. */
export function fallbackModels(
  role: ConfigFile["king"] | ConfigFile["challenger"],
): readonly ModelName[] {
  return role.fallback.map((entry) =>
    typeof entry === "string"
      ? { model: entry, provider: role.provider }
      : { model: entry.model, provider: entry.provider ?? role.provider },
  );
}

/** Who ranks the candidates of `strategy = "select"`: the challenger's own model unless named. */
export function rankModel(config: ConfigFile): ModelName {
  return sideModel(config.challenger.rank_model, config);
}

/** Who judges whether a challenger's answer is grounded in its history. */
export function groundingModel(config: ConfigFile): ModelName {
  return sideModel(config.audit.grounding_model, config);
}

/** Who writes refined answers: the challenger's model unless named. */
export function refineModel(config: ConfigFile): ModelName {
  return sideModel(config.refine.model, config);
}

/** The models beside its own that stage:challenger will ask. */
export function sideModels(config: ConfigFile): readonly AskedModel[] {
  const { challenger, audit } = config;
  return [
    ...(challenger.strategy === "select"
      ? [{ ...rankModel(config), role: "ranker" as const, temperature: 0 }]
      : []),
    ...(audit.grounding_model === undefined
      ? []
      : [{ ...groundingModel(config), role: "grounding" as const, temperature: 0 }]),
  ];
}

/** Every model that any stage may ask, once for each place of chain.toml that names it. */
export function askedModels(config: ConfigFile): readonly AskedModel[] {
  const { king, challenger, judge, refine } = config;
  const answering = (["king", "challenger"] as const).flatMap((role) =>
    [config[role], ...fallbackModels(config[role])].map(({ provider, model }) => ({
      provider,
      model,
      role,
      temperature: role === "king" ? king.temperature : challenger.temperature,
    })),
  );
  const refining = { role: "challenger", temperature: challenger.temperature } as const;
  const judges = [...judgePanel(config), ...worthJudges(config)];
  return [
    ...answering,
    ...sideModels(config),
    ...(refine.model === undefined ? [] : [{ ...refineModel(config), ...refining }]),
    ...judges.map(({ provider, model, temperature = judge.temperature }) => ({
      provider,
      model,
      role: "judge" as const,
      temperature,
    })),
  ];
}

/** Names of the providers that these are asked at. */
export function usedProviders(config: ConfigFile): Set<string> {
  return new Set(askedModels(config).map(({ provider }) => provider));
}

// ---------------------------------------------------------------------------------------------

function judgesOf(
  config: ConfigFile,
  models: ConfigFile["judge"]["models"],
): readonly JudgeModel[] {
  return models.map((entry) => {
    const model = typeof entry === "string" ? { model: entry } : entry;
    return {
      model: model.model,
      provider: ("provider" in model ? model.provider : undefined) ?? config.judge.provider,
      thinking:
        ("thinking" in model ? model.thinking : undefined) ??
        config.judge.thinking_models.includes(model.model),
      ...("temperature" in model && model.temperature !== undefined
        ? { temperature: model.temperature }
        : {}),
      ...("max_tokens" in model && model.max_tokens !== undefined
        ? { max_tokens: model.max_tokens }
        : {}),
    };
  });
}

/** A model with the role it is asked in, and how. */
export type AskedModel = ModelName & {
  readonly role: "king" | "challenger" | "judge" | "ranker" | "grounding";
  readonly temperature: number | "default";
};

type ModelName = { readonly model: string; readonly provider: string };

function sideModel(
  named: ConfigFile["challenger"]["rank_model"],
  { challenger }: ConfigFile,
): ModelName {
  if (named === undefined) return { provider: challenger.provider, model: challenger.model };
  if (typeof named === "string") return { provider: challenger.provider, model: named };
  return { provider: named.provider ?? challenger.provider, model: named.model };
}
