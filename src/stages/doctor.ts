/**
 * The doctor: asks every model of the configuration a short question or two, and says what works, what
 * is refused and what to write into chain.toml. Whether calls are carried is kept for the stages.
 */
import type { Config } from "../config.ts";
import { fallbackModels, judgePanel, sideModels } from "../config/models.ts";
import { addressSlips, keySlips } from "../core/doctor/address.ts";
import { adviceOf, callsOf, examinedLine, type Examined } from "../core/doctor/advice.ts";
import {
  BARE_HISTORY,
  CALL_HISTORY,
  MARK,
  MOST_TOKENS,
  QUESTION,
  TOOLS,
} from "../core/doctor/questions.ts";
import { REMEDIES } from "../core/doctor/remedies.ts";
import type { Tried } from "../core/doctor/tried.ts";
import { callRules } from "../core/retry/rules.ts";
import type { Call } from "../io/chat/call.ts";
import { checkProvider, openProvider, type Provider } from "../io/chat/provider.ts";
import { writeDoctored } from "../io/doctored.ts";
import type { Ledger } from "../io/ledger.ts";
import type { Store } from "../io/store.ts";
import { UserError } from "../errors.ts";
import { NO_USAGE } from "../records/run-info.ts";
import { SCHEMA } from "../records/schema.ts";
import type { ModelRef, Role } from "../work.ts";

export type DoctorDeps = {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly now: () => Date;
  readonly clock: () => number;
};

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

/** The report as lines for a person: a row a model, then what to change. */
export function doctorLines({ models }: DoctorReport): string[] {
  const advice = models.flatMap((one) =>
    one.advice.map((line) => `  ${one.provider} ${one.model} (${one.roles.join(", ")}): ${line}`),
  );
  return [
    ...models.map(examinedLine),
    "",
    ...(advice.length === 0 ? ["nothing to change"] : ["to change:", ...advice]),
  ];
}

// ---------------------------------------------------------------------------------------------

type Asked = ModelRef & {
  readonly roles: readonly Role[];
  readonly temperature: number | "default";
};

/** Every model once, with the roles it has. */
function modelsOf(config: Config): Asked[] {
  const { king, challenger, judge } = config;
  const named: (ModelRef & { role: Role; temperature: number | "default" })[] = [
    ...[king, ...fallbackModels(king)].map((one) => ({
      ...one,
      role: "king" as const,
      temperature: king.temperature,
    })),
    ...[challenger, ...fallbackModels(challenger)].map((one) => ({
      ...one,
      role: "challenger" as const,
      temperature: challenger.temperature,
    })),
    ...sideModels(config).map((one) => ({ ...one, role: "ranker" as const, temperature: 0 })),
    ...judgePanel(config).map((one) => ({
      ...one,
      role: "judge" as const,
      temperature: one.temperature ?? judge.temperature,
    })),
  ];
  const models = new Map<string, Asked>();
  for (const { provider, model, role, temperature } of named) {
    const name = `${provider} ${model}`;
    const roles = [...new Set([...(models.get(name)?.roles ?? []), role])];
    models.set(name, {
      provider,
      model,
      roles,
      temperature: models.get(name)?.temperature ?? temperature,
    });
  }
  return [...models.values()].filter(({ provider }) => provider !== "offline");
}

async function examine(config: Config, deps: DoctorDeps, asked: Asked): Promise<Examined> {
  const { provider: name, model } = asked;
  const settings = config.provider[name];
  const nothing = {
    ...asked,
    mark: MARK,
    slips: slipsOf(config, name),
    second: null,
    withCall: null,
    withoutCall: null,
    streamed: null,
    streamedBare: null,
    stream: settings?.stream ?? "auto",
    elsewhere: [],
    changes: [],
    price: settings?.price[model] ?? null,
    context: null,
  };
  const { urls, missing } = addressesOf(config, name);
  if (missing !== null) return { ...nothing, first: missing };
  const { passing, elsewhere } = await firstThatPasses(config, deps, asked, urls);
  const { tried: first, change, provider } = passing;
  try {
    const list = (await provider.models()) ?? [];
    const context = callRules.listedLimit(list.find((one) => callRules.modelId(one) === model));
    const known = { ...nothing, first, elsewhere, context };
    if (!first.ok) return known;
    const changes = change === null ? [] : [change];
    return { ...known, changes, ...(await askFurther(deps, asked, passing)) };
  } finally {
    await provider.close();
  }
}

/** The provider's addresses, or what is missing to ask anybody. */
function addressesOf(
  config: Config,
  name: string,
): { readonly urls: readonly string[]; readonly missing: Tried | null } {
  try {
    return { urls: checkProvider(config, name).baseUrls, missing: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint } = error;
    return { urls: [], missing: { ok: false, message, hint, isSettings: true, isPassing: false } };
  }
}

/** The first address where the question passes, and what came of it at the others. */
async function firstThatPasses(
  config: Config,
  deps: DoctorDeps,
  asked: Asked,
  urls: readonly string[],
): Promise<{ passing: Passing; elsewhere: readonly string[] }> {
  const [first = "", ...others] = urls;
  let passing = await untilPassing(config, deps, asked, first);
  let at = first;
  const elsewhere: string[] = [];
  const isLost = (url: string, tried: Tried, { redact }: Provider): void => {
    if (tried.ok) return;
    const said = `[provider.${asked.provider}].base_urls: ${url}: ${tried.message} -> ${tried.hint}`;
    elsewhere.push(redact(said));
  };
  for (const url of others) {
    if (passing.tried.ok) {
      const other = open(config, deps, asked, url, passing.over);
      isLost(url, await tryOnce(deps, asked, other, passing.call), other);
      await other.close();
    } else {
      isLost(at, passing.tried, passing.provider);
      await passing.provider.close();
      passing = await untilPassing(config, deps, asked, url);
      at = url;
    }
  }
  return { passing, elsewhere };
}

type Further = Pick<Examined, "second" | "withCall" | "withoutCall" | "streamed" | "streamedBare">;

/** What is asked of a server that answers: the same again, a history with a call, and as a stream. */
async function askFurther(
  deps: DoctorDeps,
  asked: Asked,
  { provider, call: changed }: Passing,
): Promise<Further> {
  const ask = (call: Partial<Call>): Promise<Tried> =>
    tryOnce(deps, asked, provider, { ...changed, ...call });
  const second = await ask({});
  const withCall = await ask({ messages: CALL_HISTORY, tools: TOOLS });
  const withoutCall = await ask({ messages: BARE_HISTORY, tools: TOOLS });
  const streamed = await ask({ stream: "yes" });
  const streamedBare = streamed.ok || !streamed.isSettings ? null : await ask({ stream: "bare" });
  return { second, withCall, withoutCall, streamed, streamedBare };
}

function slipsOf(config: Config, name: string): readonly string[] {
  const settings = config.provider[name];
  const key = settings?.api_key_env ?? null;
  return key === null
    ? addressSlips(name, settings ?? {})
    : [...addressSlips(name, settings ?? {}), ...keySlips(key, config.env[key] ?? "")];
}

/** The first call that passed, with what had to be changed for it. */
type Passing = {
  readonly tried: Tried;
  readonly change: string | null;
  readonly provider: Provider;
  readonly call: Partial<Call>;
  readonly over: object;
};

async function untilPassing(
  config: Config,
  deps: DoctorDeps,
  asked: Asked,
  url: string,
): Promise<Passing> {
  const provider = open(config, deps, asked, url, {});
  const tried = await tryOnce(deps, asked, provider, {});
  const plain = { tried, change: null, provider, call: {}, over: {} };
  if (tried.ok || !tried.isSettings) return plain;
  for (const { line, over, call } of REMEDIES) {
    const changed = open(config, deps, asked, url, over);
    const again = await tryOnce(deps, asked, changed, call);
    if (again.ok) {
      await provider.close();
      return { tried: again, change: line(asked.provider), provider: changed, call, over };
    }
    await changed.close();
  }
  return plain;
}

function open(
  config: Config,
  { now }: DoctorDeps,
  { provider }: Asked,
  url: string,
  over: object,
): Provider {
  const settings = config.provider[provider];
  const sections =
    settings === undefined
      ? config.provider
      : { ...config.provider, [provider]: { ...settings, ...over } };
  return openProvider({ ...config, provider: sections }, provider, url, 2, now);
}

/** One call, in the ledger like every other. */
async function tryOnce(
  { ledger, clock }: DoctorDeps,
  { provider: name, model, roles, temperature }: Asked,
  provider: Provider,
  over: Partial<Call>,
): Promise<Tried> {
  const call: Call = { model, messages: QUESTION, temperature, max_tokens: MOST_TOKENS, ...over };
  const bytes = JSON.stringify(call.messages).length;
  const most = callRules.upperBound(bytes, call.max_tokens);
  const price = provider.settings.price[model];
  const role = roles[0] ?? "king";
  const ref = { provider: name, model };
  const id = await ledger.intent(
    { stage: "doctor", key: `doctor/${model}`, role, ...ref },
    most,
    callRules.costOf(most, price),
  );
  const sentMs = clock();
  const { exchange, body } = await provider.send({
    ...call,
    ...callRules.wire.shape(call, {
      native: true,
      split: false,
      alternate: false,
      filled: "no",
      stream: "untried",
      systemToUser: provider.settings.system_role === "user",
    }),
  });
  const latencyMs = Math.round(clock() - sentMs);
  const reading = callRules.read(exchange, body);
  const answer = reading.ok ? reading.answer : reading.fault.answer;
  const usage = (reading.ok ? reading.answer.usage : reading.fault.usage) ?? NO_USAGE;
  const usd = callRules.costOf(usage, price);
  const outcome = reading.ok ? "ok" : reading.fault.kind;
  await ledger.outcome(id, { usage, usd, latencyMs, outcome, estimated: false });
  if (answer !== null) {
    const { content: text, reasoning, model: answered, finish_reason } = answer;
    return {
      ok: true,
      text,
      reasoning,
      model: answered,
      finish_reason,
      usage: answer.usage,
      latencyMs,
      isStream: exchange.headers["content-type"]?.startsWith("text/event-stream") === true,
    };
  }
  if (reading.ok) throw new Error("doctor: a reading is an answer or a fault");
  const { fault } = reading;
  const key_env = provider.settings.api_key_env ?? null;
  const blame = callRules.blame(fault);
  return {
    ok: false,
    message: provider.redact(`${fault.kind}: ${fault.message}`),
    hint: callRules.mend(fault, { ...ref, role, key_env }),
    isSettings: blame === "unclear" || blame === "settings" || blame === "passing",
    isPassing: blame === "passing",
  };
}
