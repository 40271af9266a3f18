/**
 * What of a conversation a rendered text lacks. Templates drop calls, results, system prompts and thoughts
 * without a word: only looking for them tells.
 */
import type { RenderedMessage } from "../dataset/format-reasons.ts";
import { escaped } from "./values.ts";

/** Where something is missing, and what. */
export type Lost = {
  /** Index of the message. */
  readonly message: number;
  readonly part: "content" | "call" | "argument" | "thought";
  readonly text: string;
};

/**
 * The parts that are not in the text: contents, names and argument values of calls, and the thought of the last
 * message (templates leave earlier ones out by design). Each is looked for raw and as JSON, Python or HTML
 * escape it, once more often than it was found already: the second of two like calls is missed too.
 * Spaces at the ends are left out of account; null and true are spelt in too many ways to be looked for.
 */
export function lostIn(text: string, messages: readonly RenderedMessage[]): readonly Lost[] {
  const wanted = new Map<string, number>();
  const lost: Lost[] = [];
  for (const part of partsOf(messages)) {
    const times = (wanted.get(part.text) ?? 0) + 1;
    wanted.set(part.text, times);
    if (!isFound(text, part.text, times)) lost.push(part);
  }
  return lost;
}

/** True when a text is in it, raw or escaped. */
export const isWritten = (text: string, wanted: string): boolean => isFound(text, wanted, 1);

/** True when nothing is lost. */
export function isWhole(text: string, messages: readonly RenderedMessage[]): boolean {
  return lostIn(text, messages).length === 0;
}

// ---------------------------------------------------------------------------------------------

function partsOf(messages: readonly RenderedMessage[]): Lost[] {
  return messages.flatMap((message, at) => {
    const isLast = at === messages.length - 1;
    const said = wordsOf(message).map((text): Lost => ({ message: at, part: "content", text }));
    const thought = isLast ? (message.reasoning_content ?? "").trim() : "";
    const calls = (message.tool_calls ?? []).flatMap((call) => {
      const { name, arguments: given } = Object((call as { function?: unknown }).function) as {
        name?: unknown;
        arguments?: unknown;
      };
      const values = leavesOf(given).map((text): Lost => ({ message: at, part: "argument", text }));
      return [{ message: at, part: "call", text: String(name) } satisfies Lost, ...values];
    });
    return [
      ...said,
      ...(thought === "" ? [] : [{ message: at, part: "thought", text: thought } satisfies Lost]),
      ...calls,
    ];
  });
}

/** An assistant's thoughts in its words are moved or left out by templates of thinking models: what follows counts. */
function wordsOf({ role, content }: RenderedMessage): string[] {
  const closed = role === "assistant" ? content.lastIndexOf(THOUGHT_END) : -1;
  const words = (closed < 0 ? content : content.slice(closed + THOUGHT_END.length)).trim();
  return words === "" ? [] : [words];
}

const THOUGHT_END = "</think>";

/** Texts and numbers; what templates spell in many ways is left out. */
function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [value.trim()];
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

function isFound(text: string, wanted: string, times: number): boolean {
  let found = 0;
  for (const spelling of spellings(wanted)) {
    let at = text.indexOf(spelling);
    while (at >= 0) {
      if (++found === times) return true;
      at = text.indexOf(spelling, at + spelling.length);
    }
  }
  return false;
}

/** As it is first: most texts are found so, and the others are not made then. */
function* spellings(text: string): Generator<string> {
  yield text;
  const seen = new Set([text]);
  const json = jsonOf(text);
  const more = [
    () => json,
    () => asciiOf(json),
    () => jsonOf(json),
    () => htmlOf(text),
    () => htmlOf(json),
    () => escaped(text, "'"),
    () => escaped(text, '"'),
    () => exponentOf(text),
  ];
  for (const make of more) {
    const spelling = make();
    if (seen.has(spelling)) continue;
    seen.add(spelling);
    yield spelling;
  }
}

const jsonOf = (text: string): string => JSON.stringify(text).slice(1, -1);

const asciiOf = (json: string): string =>
  json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};
const htmlOf = (text: string): string => text.replace(/[&<>"']/g, (char) => HTML[char] ?? char);

/** 1e-7 as Python writes it, 1e-07. */
const exponentOf = (text: string): string => text.replace(/^(-?[\d.]+e[+-])(\d)$/, "$10$2");
