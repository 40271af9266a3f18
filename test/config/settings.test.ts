import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { askedModels } from "../../src/config/models.ts";
import { bothSettings, settingOf } from "../../src/config/settings.ts";

const FULL = `
[provider.p]
base_url = "http://127.0.0.1:1/v1"
[provider.q]
base_url = "http://127.0.0.1:2/v1"
[king]
provider = "p"
model = "k"
fallback = ["k2", { model = "k3", provider = "q" }]
[challenger]
provider = "p"
model = "c"
fallback = ["c2"]
strategy = "select"
rank_model = "r"
[audit]
grounding_model = { model = "g", provider = "q" }
[refine]
model = "f"
[judge]
provider = "p"
models = ["j1", { model = "j2", provider = "q", thinking = true, temperature = 1, max_tokens = 9 }, { model = "j3", thinking = true }]
[worth]
judges = ["w", { model = "w2", max_tokens = 9 }]
[reign]
model = { model = "base", provider = "q" }
`;

test.each([
  ["king", "king", "p", "k", "[king].model", "[king].provider"],
  ["king", "king", "p", "k2", "[king].fallback", "[king].provider"],
  ["king", "king", "q", "k3", "[king].fallback", "[king].fallback"],
  ["king", "king", "q", "base", "[reign].model", "[reign].model"],
  ["king", "king", "served", "checkpoint", "[king].model", "[king].provider"],
  ["rollout", "king", "p", "k", "[king].model", "[king].provider"],
  ["challenger", "challenger", "p", "c", "[challenger].model", "[challenger].provider"],
  ["challenger", "challenger", "p", "c2", "[challenger].fallback", "[challenger].provider"],
  ["challenger", "ranker", "p", "r", "[challenger].rank_model", "[challenger].provider"],
  ["challenger", "grounding", "q", "g", "[audit].grounding_model", "[audit].grounding_model"],
  ["refine", "challenger", "p", "f", "[refine].model", "[challenger].provider"],
  ["refine", "grounding", "q", "g", "[audit].grounding_model", "[audit].grounding_model"],
  ["doctor", "challenger", "p", "f", "[refine].model", "[challenger].provider"],
  ["validate", "judge", "p", "j1", "[judge].models", "[judge].provider"],
  ["validate", "judge", "q", "j2", "[judge].models", "[judge].models"],
  ["refine", "judge", "p", "j1", "[judge].models", "[judge].provider"],
  ["validate", "judge", "p", "w", "[worth].judges", "[judge].provider"],
] as const)(
  "%s asks, as %s, at %s, %s: named by %s and %s",
  (stage, role, provider, model, key, providerKey) => {
    const setting = settingOf(parseConfig(FULL, "chain.toml"), stage, { role, provider, model });
    expect(setting).toMatchObject({ model: key, provider: providerKey });
  },
);

test.each([
  [
    "a model that is named twice",
    '[refine]\nmodel = "c"\n',
    "refine",
    "challenger",
    "[refine].model",
  ],
  [
    "the same by the challenger",
    '[refine]\nmodel = "c"\n',
    "challenger",
    "challenger",
    "[challenger].model",
  ],
  ["no model of its own", "", "refine", "challenger", "[challenger].model"],
  ["no ranker", "", "challenger", "ranker", "[challenger].model"],
  ["no grounding model", "", "refine", "grounding", "[challenger].model"],
] as const)("%s: the key of whoever asks", (_, more, stage, role, key) => {
  const text = `[provider.p]\nbase_url = "http://127.0.0.1:1/v1"\n[challenger]\nprovider = "p"\nmodel = "c"\n${more}`;
  const asked = { role, provider: "p", model: "c" };
  expect(settingOf(parseConfig(text, "chain.toml"), stage, asked).model).toBe(key);
});

test.each([
  ["refine", "challenger", "p", "f", "[challenger].temperature", "[challenger].max_tokens"],
  ["challenger", "ranker", "p", "r", "[challenger].temperature", "[judge].thinking_max_tokens"],
  ["challenger", "grounding", "q", "g", "[challenger].temperature", "[judge].thinking_max_tokens"],
  ["validate", "judge", "p", "j1", "[judge].temperature", "[judge].max_tokens"],
  ["validate", "judge", "p", "j3", "[judge].temperature", "[judge].thinking_max_tokens"],
  [
    "validate",
    "judge",
    "q",
    "j2",
    "[judge].models, its own temperature",
    "[judge].models, its own max_tokens",
  ],
  ["validate", "judge", "p", "w2", "[judge].temperature", "[worth].judges, its own max_tokens"],
] as const)(
  "%s asks, as %s, at %s, %s: with %s and %s",
  (stage, role, provider, model, ...keys) => {
    const setting = settingOf(parseConfig(FULL, "chain.toml"), stage, { role, provider, model });
    expect([setting.temperature, setting.max_tokens]).toEqual(keys);
  },
);

test("every model that is asked has the key that names it: it stands there in chain.toml", () => {
  const config = parseConfig(FULL, "chain.toml");
  const sections: Readonly<Record<string, unknown>> = config;
  for (const asked of askedModels(config)) {
    const key = settingOf(config, "doctor", asked).model;
    const [, section = "", name = ""] = /^\[(\w+)\]\.(\w+)$/.exec(key) ?? [];
    const value = (Object(sections[section]) as Readonly<Record<string, unknown>>)[name];
    expect(JSON.stringify(value), key).toContain(`"${asked.model}"`);
  }
});

test("a model in two places is named by both", () => {
  const at = (name: string) => ({
    model: `[${name}].model`,
    provider: "p",
    temperature: "t",
    max_tokens: "m",
  });
  const both = bothSettings(bothSettings(at("king"), at("challenger")), at("king"));
  expect(both).toEqual({ ...at("king"), model: "[king].model and [challenger].model" });
});
