/** A run as it may leave: secrets masked in every text, and no character that cannot be written. */
import { maskSecrets } from "../secrets/mask.ts";
import { cleanText } from "../sample/messages.ts";
import type { Run, RunCall, RunMessage } from "./run.ts";
import { isRecord } from "./values.ts";

export type MaskedRun = {
  readonly run: Run;
  /** How many of each kind. */
  readonly found: Readonly<Record<string, number>>;
};

/** The same stand-in for the same kind everywhere; marks, ids and names stay. */
export async function maskedRun(run: Run): Promise<MaskedRun> {
  const texts = run.messages.flatMap(textsOf);
  // Most runs hold none: one look over all of it is several times cheaper than one a text.
  const said = texts.join("\n\n");
  const whole = await maskSecrets(said);
  const isClean = Object.keys(whole.found).length === 0;
  if (isClean && cleanText(said) === said) return { run, found: whole.found };
  const mask = isClean
    ? (text: string): Promise<string> => Promise.resolve(cleanText(text))
    : async (text: string): Promise<string> => cleanText((await maskSecrets(text)).text);
  const messages: RunMessage[] = [];
  for (const message of run.messages) messages.push(await maskedMessage(message, mask));
  return { run: { ...run, messages }, found: whole.found };
}

// ---------------------------------------------------------------------------------------------

type Mask = (text: string) => Promise<string>;

function textsOf(message: RunMessage): string[] {
  const args = (message.tool_calls ?? []).flatMap((call) => stringsIn(call.arguments));
  return [message.content, message.reasoning ?? "", ...args].filter((text) => text !== "");
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return isRecord(value) ? Object.values(value).flatMap(stringsIn) : [];
}

async function maskedMessage(message: RunMessage, mask: Mask): Promise<RunMessage> {
  const { reasoning, tool_calls } = message;
  const calls: RunCall[] = [];
  for (const call of tool_calls ?? []) {
    const args = (await maskedValue(call.arguments, mask)) as RunCall["arguments"];
    calls.push({ ...call, arguments: args });
  }
  return {
    ...message,
    content: await mask(message.content),
    ...(reasoning === undefined ? {} : { reasoning: await mask(reasoning) }),
    ...(tool_calls === undefined ? {} : { tool_calls: calls }),
  };
}

async function maskedValue(value: unknown, mask: Mask): Promise<unknown> {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const one of value) list.push(await maskedValue(one, mask));
    return list;
  }
  if (!isRecord(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, one] of Object.entries(value)) entries.push([key, await maskedValue(one, mask)]);
  return Object.fromEntries(entries);
}
