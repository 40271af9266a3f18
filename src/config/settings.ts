/**
 * Which keys of chain.toml a call was made by: the one that named the model, and those of what it was asked with. A
 * refusal is mended there, and one model may stand in several places.
 */
import type { Setting } from "../calls/decision.ts";
import type { ConfigFile } from "../config-schema/schema.ts";
import {
  fallbackModels,
  judgePanel,
  refineModel,
  worthJudges,
  type AskedModel,
  type JudgeModel,
} from "./models.ts";

type ModelRef = Pick<AskedModel, "provider" | "model">;

export type Asked = ModelRef & Pick<AskedModel, "role">;

/** @param stage that asks; the doctor asks for all of them */
export function settingOf(config: ConfigFile, stage: string, asked: Asked): Setting {
  switch (asked.role) {
    case "king":
      return kingSetting(config, asked);
    case "challenger":
      return challengerSetting(config, stage, asked);
    case "ranker":
      return sideSetting("[challenger].rank_model", config.challenger.rank_model);
    case "grounding":
      return sideSetting("[audit].grounding_model", config.audit.grounding_model);
    case "judge":
      return judgeSetting(config, asked);
    default:
      return asked.role satisfies never;
  }
}

/** Of a model that stands in two places. */
export function bothSettings(one: Setting, other: Setting): Setting {
  const both = (key: keyof Setting): string =>
    [...new Set([...one[key].split(" and "), ...other[key].split(" and ")])].join(" and ");
  return {
    model: both("model"),
    provider: both("provider"),
    temperature: both("temperature"),
    max_tokens: both("max_tokens"),
  };
}

// ---------------------------------------------------------------------------------------------

type Named = ConfigFile["refine"]["model"];

const isSame = (one: ModelRef, other: ModelRef): boolean =>
  one.model === other.model && one.provider === other.provider;

function kingSetting(config: ConfigFile, asked: Asked): Setting {
  const { model } = config.reign;
  const isKing = isSame(config.king, asked) || isFallback(config, "king", asked);
  const setting = answererSetting(config, "king", asked);
  if (isKing || model === undefined || nameOf(model) !== asked.model) return setting;
  return { ...setting, ...placeOf("[reign].model", "[king].provider", model) };
}

/** Refined answers are asked with the settings of [challenger], whoever writes them. */
function challengerSetting(config: ConfigFile, stage: string, asked: Asked): Setting {
  const { model } = config.refine;
  const setting = answererSetting(config, "challenger", asked);
  if (model === undefined || !isSame(refineModel(config), asked)) return setting;
  const isChallenger = isSame(config.challenger, asked) || isFallback(config, "challenger", asked);
  if (stage !== "refine" && isChallenger) return setting;
  return { ...setting, ...placeOf("[refine].model", "[challenger].provider", model) };
}

function answererSetting(config: ConfigFile, role: "king" | "challenger", asked: Asked): Setting {
  const plain = {
    model: `[${role}].model`,
    provider: `[${role}].provider`,
    temperature: `[${role}].temperature`,
    max_tokens: `[${role}].max_tokens`,
  };
  if (isSame(config[role], asked) || !isFallback(config, role, asked)) return plain;
  const key = `[${role}].fallback`;
  const entry = config[role].fallback.find((one) => nameOf(one) === asked.model);
  return { ...plain, ...placeOf(key, plain.provider, entry) };
}

const isFallback = (config: ConfigFile, role: "king" | "challenger", asked: Asked): boolean =>
  fallbackModels(config[role]).some((one) => isSame(one, asked));

/** A model beside the challenger's own, which it is where none is named. */
function sideSetting(key: string, named: Named): Setting {
  const place =
    named === undefined
      ? { model: "[challenger].model", provider: "[challenger].provider" }
      : placeOf(key, "[challenger].provider", named);
  return {
    ...place,
    temperature: "[challenger].temperature",
    max_tokens: "[judge].thinking_max_tokens",
  };
}

function judgeSetting(config: ConfigFile, asked: Asked): Setting {
  const panel = judgePanel(config).find((one) => isSame(one, asked));
  const worth = worthJudges(config).find((one) => isSame(one, asked));
  if (panel === undefined && worth !== undefined) {
    const at = worthJudges(config).indexOf(worth);
    return judgeKeys("[worth].judges", worth, config.worth.judges[at]);
  }
  const at = judgePanel(config).findIndex((one) => isSame(one, asked));
  return judgeKeys("[judge].models", panel, config.judge.models[at]);
}

type JudgeEntry = ConfigFile["judge"]["models"][number];

/** What a judge's own table says wins over [judge]. */
function judgeKeys(
  key: string,
  judge: JudgeModel | undefined,
  entry: JudgeEntry | undefined,
): Setting {
  const limit = judge?.thinking === true ? "[judge].thinking_max_tokens" : "[judge].max_tokens";
  const own = (name: "temperature" | "max_tokens", else_: string): string =>
    judge?.[name] === undefined ? else_ : `${key}, its own ${name}`;
  return {
    ...placeOf(key, "[judge].provider", entry),
    temperature: own("temperature", "[judge].temperature"),
    max_tokens: own("max_tokens", limit),
  };
}

const nameOf = (entry: NonNullable<Named>): string =>
  typeof entry === "string" ? entry : entry.model;

/** A table of its own may name the provider as well. */
const placeOf = (
  key: string,
  provider: string,
  entry: Named | JudgeEntry,
): Pick<Setting, "model" | "provider"> => ({
  model: key,
  provider: typeof entry === "object" && entry.provider !== undefined ? key : provider,
});
