/**
 * What the agent has seen: every message before the turn, task text included. Questions about it
 * ("does this name stand there?", "was a line number near this one shown?") are answered by plain
 * search, so that a long history costs little.
 */
import type { Message } from "../../records/message.ts";
import { searchableText } from "../turn/calls.ts";
import { dense } from "./hidden.ts";
import { lineKey } from "./line-key.ts";
import { rememberRecent } from "./recent.ts";
import { readUnits } from "./units.ts";

export type Visible = {
  /** All messages, in order. */
  readonly text: string;
  readonly lower: string;
  /** Letters and digits alone, lower case: "foo_bar", "fooBar" and "foo bar" read the same. */
  readonly joined: () => string;
  /** Without spaces and backslashes. */
  readonly dense: string;
  /** As `dense`, of what tools gave back alone: the task text shows code, but not where it stands. */
  readonly observed: () => string;
  /** False when no message but the system's tells the agent what to do. */
  readonly hasTask: boolean;
  /** True when a message or the one before it, where a command stands, names the text. */
  readonly namesNear: (message: number, text: string) => boolean;
  /** Its lines as `lineKey` spells them. */
  readonly keys: () => ReadonlySet<string>;
  /** Its words, as statistics count them. */
  readonly units: () => readonly string[];
  /** Line numbers that were shown or asked for; read when first asked, as few answers need them. */
  readonly lines: () => readonly ShownLine[];
};

export type ShownLine = {
  readonly line: number;
  /** The file's base name, where the output says it; else what was said around it. */
  readonly file: string | null;
  /** Index of the message. */
  readonly message: number;
};

/** A task text shorter than this tells the agent nothing. */
const MIN_TASK_CHARS = 20;

/** Reads a history. */
export const readVisible: (messages: readonly Message[]) => Visible = rememberRecent(2, build);

/** True when a number stands there by itself, not as a part of a longer one. */
export function showsNumber(visible: Visible, number: string): boolean {
  for (let at = visible.text.indexOf(number); at >= 0; at = visible.text.indexOf(number, at + 1)) {
    const before = visible.text.charCodeAt(at - 1);
    const after = visible.text.charCodeAt(at + number.length);
    if (!isDigit(before) && !isDigit(after)) return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------

function build(messages: readonly Message[]): Visible {
  const texts = messages.map(allText);
  const text = texts.join("\n");
  const lower = text.toLowerCase();
  const parts = texts.map(dense);
  return {
    text,
    lower,
    joined: once(() => lower.replace(NOT_ASCII.test(lower) ? NO_LETTER : NO_ASCII_LETTER, "")),
    dense: parts.join(""),
    observed: once(() =>
      observations(messages)
        .map((at) => {
          const content = messages[at]?.content ?? "";
          // Most messages are their content: it is taken as it stands.
          return texts[at] === content ? (parts[at] ?? "") : dense(content);
        })
        .join(""),
    ),
    hasTask: messages.some(
      ({ role, content }) =>
        role !== "system" && role !== "assistant" && content.trim().length >= MIN_TASK_CHARS,
    ),
    namesNear: (at, name) =>
      [messages[at], messages[at - 1]].some(
        (message) => message !== undefined && searchableText(message).includes(name),
      ),
    keys: once(() => new Set(text.split("\n").map(lineKey))),
    units: once(() => readUnits(text)),
    lines: once(() => messages.flatMap((message, at) => shownLines(searchableText(message), at))),
  };
}

const NOT_ASCII = /[\u0080-\uFFFF]/;
const NO_LETTER = /[^\p{L}\p{N}]+/gu;
const NO_ASCII_LETTER = /[^a-z0-9]+/g;

/** Computes a value when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Places of what came after the first assistant message and was not said by the assistant. */
function observations(messages: readonly Message[]): number[] {
  const first = messages.findIndex((message) => message.role === "assistant");
  if (first < 0) return [];
  return messages.flatMap(({ role }, at) => (at > first && role !== "assistant" ? [at] : []));
}

/** Content, and what tool calls said: their arguments are part of the conversation. */
function allText(message: Message): string {
  const text = searchableText(message);
  // As JSON too: what stood in a history of calls may be quoted with its escapes.
  return message.tool_calls === undefined ? text : `${text}\n${JSON.stringify(message.tool_calls)}`;
}

/** grep -n and cat -n output (the time of day in a listing is none), module:276-281, tracebacks, ranges that were read, hunk heads, prose. */
const SHOWN =
  /(?:^|\n)[ \t]{0,8}(\d{1,6})(?:[:\t-]|[ ]{2,})|([\w.-]{1,80}\.\w{1,8})[:-](\d{1,6})[:-]|([\w.-]{1,80}\.\w{1,8})", line (\d{1,6})|\blines?[ ](\d{1,6})(?:[ ]?(?:-|to|–)[ ]?(\d{1,6}))?|(\d{1,6}),[ ]?(\d{1,6})p|\bNR[=><]{1,2}(\d{1,6})|@@ -(\d{1,6})(?:,\d{1,6})? \+(\d{1,6})|#L(\d{1,6})|\b[\w.-]{1,80}:(\d{1,6})-(\d{1,6})\b|\[(\d{1,6}), (\d{1,6})\]|[ ](\d{1,6}):(\d{1,6})\b(?<!(?:[A-Z][a-z]{2}[ ]{1,2}\d{1,2}|\d-\d\d)[ ]\d\d:\d\d)/g;

function shownLines(text: string, message: number): ShownLine[] {
  const found: ShownLine[] = [];
  for (const match of text.matchAll(SHOWN)) {
    const file = match[2] ?? match[4] ?? null;
    for (const [group, value] of match.entries()) {
      if (group === 0 || group === 2 || group === 4 || value === undefined) continue;
      found.push({ line: Number(value), file, message });
    }
  }
  return found;
}
