/** Reads the replies of ranker and grounding judge. Total over any text; what cannot be read is null. */
import { findJson, type LooseValue } from "../duel/loose-json.ts";
import { endingOf } from "../ending/ending.ts";
import { cutTraces } from "../ending/traces.ts";
import type { ChatReply } from "../../work.ts";

type Side = Pick<ChatReply, "content" | "finish_reason">;

/** `best` as 0-based index below `count`, from the last object that names it; null when unread. */
export function readChoice(
  reply: Side,
  count: number,
): { readonly best: number; readonly reason: string } | null {
  const object = lastObject(reply, "best");
  const number = Number(textOf(object, "best")?.replace(/^reply\s*/i, ""));
  if (!Number.isInteger(number) || number < 1 || number > count) return null;
  return { best: number - 1, reason: textOf(object, "reason") ?? "" };
}

/**
 * The statements that the judge found unsupported, in the answer's own words; what is no quote of the
 * answer is left out. null when the reply could not be read.
 */
export function readUnsupported(reply: Side, answer: string): readonly string[] | null {
  const object = lastObject(reply, "unsupported");
  const list = object?.find(([key]) => key === "unsupported")?.[1];
  if (list?.kind !== "list") return null;
  const quotes = list.items.flatMap((item) => (item.kind === "text" ? [item.text.trim()] : []));
  return [...new Set(quotes)].filter(
    (quote) => quote.length >= MIN_QUOTE && answer.includes(quote),
  );
}

// ---------------------------------------------------------------------------------------------

/** A shorter quote stands in any text. */
const MIN_QUOTE = 8;

type Entries = readonly (readonly [string, LooseValue])[];

function lastObject({ content, finish_reason }: Side, key: string): Entries | null {
  if (endingOf(finish_reason, content).kind !== "ended") return null;
  const found = findJson(
    cutTraces(content).text,
    (value) => value.kind === "object" && value.entries.some(([name]) => name === key),
    true,
  ).at(-1);
  return found?.value.kind === "object" ? found.value.entries : null;
}

function textOf(entries: Entries | null, key: string): string | undefined {
  const value = entries?.find(([name]) => name === key)?.[1];
  return value?.kind === "text" || value?.kind === "word" ? value.text : undefined;
}
