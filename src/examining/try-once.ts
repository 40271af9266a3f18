/**
 * One call of the doctor's: at a provider opened with other settings where that is to be tried, in the ledger
 * like every other.
 */
import type { Setting } from "../calls/decision.ts";
import type { Config } from "../config.ts";
import { MOST_TOKENS, QUESTION } from "../core/doctor/questions.ts";
import type { Tried } from "../core/doctor/tried.ts";
import { callRules } from "../core/retry/rules.ts";
import type { Call } from "../io/chat/call.ts";
import { openProvider, type Provider } from "../io/chat/provider.ts";
import type { Ledger } from "../io/ledger.ts";
import type { Store } from "../io/store.ts";
import { NO_USAGE } from "../records/run-info.ts";
import type { ModelRef, Role } from "../work.ts";

export type DoctorDeps = {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly now: () => Date;
  readonly clock: () => number;
};

export type Asked = ModelRef & {
  readonly roles: readonly Role[];
  readonly temperature: number | "default";
  /** All keys that name it, in one. */
  readonly setting: Setting;
};

/** The provider at one of its addresses; `over`: keys of its section that stand otherwise. */
export function open(
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
export async function tryOnce(
  { ledger, clock }: DoctorDeps,
  { provider: name, model, roles, temperature, setting }: Asked,
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
    hint: callRules.mend(fault, { ...ref, role, key_env, setting }),
    isSettings: blame === "unclear" || blame === "settings" || blame === "passing",
    isPassing: blame === "passing",
  };
}
