/**
 * How a reply ended. A reply counts only when it ended well: one that was cut off may say the
 * opposite in its next word, one that broke off at a fault is asked again, a refusal is no answer.
 * The words are those that providers send as finish reason, stop reason or done reason.
 */
import { fencesOf } from "../turn/fences.ts";
import { cutTraces } from "./traces.ts";

export const ENDING_KINDS = ["ended", "cut", "fault", "refused", "unknown"] as const;
export type EndingKind = (typeof ENDING_KINDS)[number];

export type Ending = {
  readonly kind: EndingKind;
  /** The provider's word as it came; "" where it gave none. */
  readonly word: string;
};

/** What else of a choice says how it ended. */
export type EndedReply = {
  /** A choice may carry an error beside half a text, under status 200. */
  readonly error?: unknown;
};

/**
 * @param finishReason null where the provider gave none: ended, but only where nothing in the text
 *   is left open
 * @param text the content as it came, traces included
 */
export function endingOf(
  finishReason: string | null,
  text: string,
  reply: EndedReply = {},
): Ending {
  const word = finishReason ?? "";
  if (reply.error !== undefined && reply.error !== null) {
    return { kind: "fault", word: word === "" ? "error" : word };
  }
  if (word === "") return { kind: isLeftOpen(text) ? "cut" : "ended", word };
  return { kind: KINDS.get(word.toLowerCase()) ?? "unknown", word };
}

/** How an ending reads in a sentence that begins with "the reply". */
export function endingWords({ kind, word }: Ending): string {
  switch (kind) {
    case "ended":
      return "ended";
    case "cut":
      return word === "" ? "breaks off" : "ended at the token limit";
    case "fault":
      return `broke off with a fault of the provider ("${word}")`;
    case "refused":
      return `was withheld by the provider ("${word}")`;
    case "unknown":
      return `ended with "${word}", which is not known to be an end`;
    default:
      return kind satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

const WORDS: Readonly<Record<Exclude<EndingKind, "unknown">, readonly string[]>> = {
  ended: ["stop", "eos", "eos_token", "end_turn", "stop_sequence", "tool_calls", "function_call"],
  cut: [
    "length",
    "max_tokens",
    "model_length",
    "max_output_tokens",
    "model_context_window_exceeded",
  ],
  fault: ["error", "abort", "network_error", "insufficient_system_resource"],
  refused: [
    "content_filter",
    "content_filtered",
    "refusal",
    "safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "sensitive",
    "guardrail_intervened",
  ],
};

const KINDS: ReadonlyMap<string, EndingKind> = new Map(
  (["ended", "cut", "fault", "refused"] as const).flatMap((kind) =>
    WORDS[kind].map((word) => [word, kind] as const),
  ),
);

function isLeftOpen(text: string): boolean {
  const { open, text: rest } = cutTraces(text);
  if (open) return true;
  const fences = fencesOf(rest);
  if (fences.some((fence) => !fence.closed)) return true;
  let outside = "";
  let from = 0;
  for (const { start, end } of fences) {
    outside += `${rest.slice(from, start)}\n`;
    from = end;
  }
  return holdsOpenObject(`${outside}${rest.slice(from)}`);
}

/** Whether an object begins (a brace, then a key) that is not closed at the end. Linear. */
function holdsOpenObject(text: string): boolean {
  let depth = 0;
  let quote = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (depth > 0 && char === "\\") at++;
    else if (depth > 0 && char === '"') quote = !quote;
    else if (quote) continue;
    else if (char === "{" && (depth > 0 || OBJECT_START.test(text.slice(at, at + 40)))) depth++;
    else if (char === "}" && depth > 0) depth--;
  }
  return depth > 0;
}

const OBJECT_START = /^\{\s*(?:["'\u201C]|$)/;
