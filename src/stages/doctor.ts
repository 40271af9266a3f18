/**
 * The doctor: asks every model of the configuration a short question or two, and says what works, what
 * is refused and what to write into chain.toml. Whether calls are carried is kept for the stages.
 */
import { fallbackModels, judgePanel, sideModels, type Config } from "../config.ts";
import { addressFault, keyFault } from "../core/doctor/address.ts";
import {
  adviceOf,
  callsOf,
  examinedLine,
  type Examined,
  type Tried,
} from "../core/doctor/advice.ts";
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
  const price = settings?.price[model] ?? null;
  const nothing = {
    ...asked,
    mark: MARK,
    second: null,
    withCall: null,
    withoutCall: null,
    changes: [],
    price,
    context: null,
  };
  const slips = slipsOf(config, name);
  try {
    checkProvider(config, name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const first = {
      ok: false,
      message: error.message,
      hint: error.hint,
      isSettings: true,
    } as const;
    return { ...nothing, slips, first };
  }
  const provider = open(config, deps, asked, {});
  try {
    const list = (await provider.models()) ?? [];
    const entry = list.find((one) => callRules.modelId(one) === model);
    const context = callRules.listedLimit(entry);
    const {
      tried: first,
      change,
      provider: passing,
      call: changed,
    } = await untilPassing(config, deps, asked, provider);
    const changes = change === null ? [] : [change];
    if (!first.ok) return { ...nothing, slips, first, changes, context };
    const ask = (call: Partial<Call>): Promise<Tried> =>
      tryOnce(deps, asked, passing, { ...changed, ...call });
    const second = await ask({});
    const withCall = await ask({ messages: CALL_HISTORY, tools: TOOLS });
    const withoutCall = await ask({ messages: [CALL_HISTORY[0], CALL_HISTORY[3]], tools: TOOLS });
    if (passing !== provider) await passing.close();
    return { ...nothing, slips, first, second, withCall, withoutCall, changes, context };
  } finally {
    await provider.close();
  }
}

function slipsOf(config: Config, name: string): string[] {
  const settings = config.provider[name];
  const urls = [...(settings?.base_urls ?? []), settings?.base_url ?? ""].filter(
    (url) => url !== "",
  );
  const addresses = urls.flatMap((url) => {
    const fault = addressFault(url);
    return fault === null ? [] : [`[provider.${name}].base_url: ${fault}`];
  });
  const env = settings?.api_key_env;
  const key = env === undefined ? null : keyFault(env, config.env[env] ?? "");
  return key === null ? addresses : [...addresses, key];
}

/** What may be refused, and the setting that leaves it out; tried one after the other. */
const REMEDIES: readonly {
  readonly line: (name: string) => string;
  readonly over: object;
  readonly call?: Partial<Call>;
}[] = [
  {
    line: () => 'set temperature = "default" for its role: it refuses other temperatures',
    over: {},
    call: { temperature: "default" },
  },
  {
    line: (name) => `set [provider.${name}].max_tokens_field = "max_completion_tokens"`,
    over: { max_tokens_field: "max_completion_tokens" },
  },
  {
    line: (name) => `set [provider.${name}].system_role = "user": it refuses a system message`,
    over: { system_role: "user" },
  },
  {
    line: (name) => `take its fields out of [provider.${name}].body: it refuses one of them`,
    over: { body: {} },
  },
];

/** The first call that passed, with what had to be changed for it. */
type Passing = {
  readonly tried: Tried;
  readonly change: string | null;
  readonly provider: Provider;
  readonly call: Partial<Call>;
};

async function untilPassing(
  config: Config,
  deps: DoctorDeps,
  asked: Asked,
  provider: Provider,
): Promise<Passing> {
  const first = await tryOnce(deps, asked, provider, {});
  if (first.ok || !first.isSettings) return { tried: first, change: null, provider, call: {} };
  for (const { line, over, call = {} } of REMEDIES) {
    const changed = open(config, deps, asked, over);
    const tried = await tryOnce(deps, asked, changed, call);
    if (tried.ok) return { tried, change: line(asked.provider), provider: changed, call };
    await changed.close();
  }
  return { tried: first, change: null, provider, call: {} };
}

function open(config: Config, { now }: DoctorDeps, { provider }: Asked, over: object): Provider {
  const settings = config.provider[provider];
  const [baseUrl = ""] = checkProvider(config, provider).baseUrls;
  const sections =
    settings === undefined
      ? config.provider
      : { ...config.provider, [provider]: { ...settings, ...over } };
  return openProvider({ ...config, provider: sections }, provider, baseUrl, 2, now);
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
  };
}

/** Room for a model that thinks first. */
const MOST_TOKENS = 512;

/** Long enough that a provider caches it, so that the second call shows whether it does. */
const LONG_BEGINNING = `These lines are filler for a test of prompt caching. ${"A line of no meaning follows another one. ".repeat(120)}`;
const QUESTION = [
  { role: "system", content: LONG_BEGINNING },
  { role: "user", content: "Write one random English noun and nothing else." },
] as const;

const MARK = "zebra-4711";
const TOOLS = [
  {
    type: "function",
    function: {
      name: "run",
      description: "Runs a shell command.",
      parameters: {
        type: "object",
        properties: { command: { type: "string" } },
        required: ["command"],
      },
    },
  },
];
const CALL_HISTORY = [
  { role: "user", content: "Look at the folder." },
  {
    role: "assistant",
    content: "",
    tool_calls: [{ id: "call_1", name: "run", arguments: { command: `ls ${MARK}` } }],
  },
  { role: "tool", content: "setup.py", tool_call_id: "call_1", name: "run" },
  { role: "user", content: "Which command was run? Answer with the command alone." },
] as const;
