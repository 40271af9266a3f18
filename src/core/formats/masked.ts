/** A run as it may leave: secrets masked in every text, and no character that cannot be written. */
import type { ExitSettings } from "../exit/masker.ts";
import { maskNamed } from "../secrets/mask-texts.ts";
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
export async function maskedRun(run: Run, { audit }: ExitSettings): Promise<MaskedRun> {
  const options = { emails: audit.mask_emails };
  const texts = run.messages.flatMap(textsOf);
  // Most runs hold none: one look over all of it is several times cheaper than one a text.
  const said = texts.join("\n\n");
  const whole = await maskSecrets(said, options);
  const isClean = Object.keys(whole.found).length === 0;
  if (isClean && cleanText(said) === said) return { run, found: whole.found };
  const mask = isClean
    ? (text: string): Promise<string> => Promise.resolve(cleanText(text))
    : async (text: string, key: string | null = null): Promise<string> =>
        cleanText((await maskNamed({ text, key }, options)).text);
  const messages: RunMessage[] = [];
  for (const message of run.messages) messages.push(await maskedMessage(message, mask));
  return { run: { ...run, messages }, found: whole.found };
}

// ---------------------------------------------------------------------------------------------

type Mask = (text: string, key?: string | null) => Promise<string>;

function textsOf(message: RunMessage): string[] {
  const args = (message.tool_calls ?? []).flatMap((call) => stringsIn(call.arguments));
  return [message.content, message.reasoning ?? "", ...args].filter((text) => text !== "");
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  // With its key: `"password": "..."` says what the value alone does not.
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, one]) =>
        typeof one === "string" ? [`"${key}": "${one}"`] : [key, ...stringsIn(one)],
      )
    : [];
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

async function maskedValue(
  value: unknown,
  mask: Mask,
  key: string | null = null,
): Promise<unknown> {
  if (typeof value === "string") return mask(value, key);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const one of value) list.push(await maskedValue(one, mask, key));
    return list;
  }
  if (!isRecord(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [name, one] of Object.entries(value)) {
    entries.push([await mask(name), await maskedValue(one, mask, name)]);
  }
  return Object.fromEntries(entries);
}
