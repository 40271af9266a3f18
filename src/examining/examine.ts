/**
 * The doctor's look at one model: its address and key, the first question, then what is asked of a server that
 * answers.
 */
import type { Config } from "../config.ts";
import { addressSlips, keySlips } from "../core/doctor/address.ts";
import type { Examined } from "../core/doctor/advice.ts";
import { BARE_HISTORY, CALL_HISTORY, MARK, TOOLS } from "../core/doctor/questions.ts";
import type { Tried } from "../core/doctor/tried.ts";
import { callRules } from "../core/retry/rules.ts";
import type { Call } from "../io/chat/call.ts";
import { addressesOf, firstThatPasses, type Passing } from "./passing.ts";
import { tryOnce, type Asked, type DoctorDeps } from "./try-once.ts";

/** Closes what it opened. An address or a key that is missing is what came of the first question. */
export async function examine(config: Config, deps: DoctorDeps, asked: Asked): Promise<Examined> {
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

// ---------------------------------------------------------------------------------------------

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
