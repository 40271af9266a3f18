/**
 * The doctor: asks every model of the configuration a short question or two, and says what works, what
 * is refused and what to write into chain.toml. Whether calls are carried is kept for the stages.
 */
import type { Config } from "../config.ts";
import { bothSettings, settingOf } from "../config/settings.ts";
import { askedModels } from "../config/models.ts";
import { adviceOf, callsOf, examinedLine, type Examined } from "../core/doctor/advice.ts";
import { callRules } from "../core/retry/rules.ts";
import { examine } from "../examining/examine.ts";
import type { Asked, DoctorDeps } from "../examining/try-once.ts";
import { writeDoctored } from "../io/doctored.ts";
import { SCHEMA } from "../records/schema.ts";

export type DoctorReport = {
  readonly models: readonly (Examined & { readonly advice: readonly string[] })[];
};

export async function doctor(config: Config, deps: DoctorDeps): Promise<DoctorReport> {
  const models = [];
  for (const asked of modelsOf(config)) {
    const examined = await examine(config, deps, asked);
    models.push({ ...examined, advice: adviceOf(examined, (a, b) => callRules.isSameModel(a, b)) });
  }
  const found = models.map((one) => ({
    provider: one.provider,
    model: one.model,
    calls: callsOf(one),
  }));
  await writeDoctored(deps.store, { schema: SCHEMA, at: deps.now().toISOString(), models: found });
  return { models };
}

/** The report as lines for a person: a row a model, then what to change, each thing once. */
export function doctorLines({ models }: DoctorReport): string[] {
  const named = new Map<string, string[]>();
  for (const { provider, model, roles, advice } of models) {
    const name = `${provider} ${model} (${roles.join(", ")})`;
    for (const line of advice) named.set(line, [...(named.get(line) ?? []), name]);
  }
  const advice = [...named].map(([line, names]) => `  ${names.join(", ")}: ${line}`);
  return [
    ...models.map(examinedLine),
    "",
    ...(advice.length === 0 ? ["nothing to change"] : ["to change:", ...advice]),
  ];
}

// ---------------------------------------------------------------------------------------------

/** Every model once, with the roles it has. */
function modelsOf(config: Config): Asked[] {
  const models = new Map<string, Asked>();
  for (const { provider, model, role, temperature } of askedModels(config)) {
    const name = `${provider} ${model}`;
    const before = models.get(name);
    const setting = settingOf(config, "doctor", { provider, model, role });
    models.set(name, {
      provider,
      model,
      roles: [...new Set([...(before?.roles ?? []), role])],
      temperature: before?.temperature ?? temperature,
      setting: before === undefined ? setting : bothSettings(before.setting, setting),
    });
  }
  return [...models.values()].filter(({ provider }) => provider !== "offline");
}
