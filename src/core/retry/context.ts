/** The context limit that a server names when it refuses a prompt, and when not to send one at all. */
import type { ContextLimit } from "../../calls/exchange.ts";
import { field, textOf } from "./error-body.ts";

/** From fields (llama.cpp's n_ctx) or from the words; null when no limit is spoken of. */
export function contextLimit(body: unknown, message: string): ContextLimit | null {
  const error = field(body, "error");
  const limit = whole(field(error, "n_ctx"));
  if (limit !== null) return { limit, needed: whole(field(error, "n_prompt_tokens")) };
  for (const [pattern, order] of PATTERNS) {
    const found = pattern.exec(message);
    if (found === null) continue;
    const [limit, needed] = order === "limit first" ? [found[1], found[2]] : [found[2], found[1]];
    const named = { limit: numberOf(limit), needed: numberOf(needed) };
    if (named.limit !== null && (named.needed ?? named.limit + 1) > named.limit) return named;
  }
  return null;
}

/** A limit as /v1/models gives it: max_model_len, context_length and their kin. null: not given. */
export function listedLimit(entry: unknown): number | null {
  for (const name of LISTED) {
    const value = whole(field(entry, name));
    if (value !== null) return value;
  }
  const meta = field(entry, "meta");
  return (
    whole(field(meta, "n_ctx")) ?? whole(field(field(entry, "top_provider"), "context_length"))
  );
}

/** Its id, or name. */
export const modelId = (entry: unknown): string | null =>
  textOf(field(entry, "id")) ?? textOf(field(entry, "name"));

/**
 * Whether a prompt is surely over a limit: by the tokens that the same text came to where the server
 * has counted it, else by the most bytes that a token of this model had so far.
 *
 * @param bytesPerToken of the calls answered so far, the largest; null: none was answered
 */
export function isSurelyOver(bytes: number, bytesPerToken: number | null, limit: number): boolean {
  return bytesPerToken !== null && bytes / (bytesPerToken * SURE) > limit;
}

// ---------------------------------------------------------------------------------------------

/** A prompt of other text may have longer tokens than any before it. */
const SURE = 1.5;

const LISTED = [
  "max_model_len",
  "context_length",
  "context_window",
  "max_context_length",
  "max_input_tokens",
  "max_context_tokens",
];

const N = "(?<!\\d)(\\d[\\d,_.]*\\d)(?!\\d)";
/** A smaller number is of something else. */
const LEAST = 128;
const PATTERNS: readonly (readonly [RegExp, "limit first" | "needed first"])[] = [
  [new RegExp(`maximum context length (?:is|of) ${N}\\D[^0-9]{0,80}${N}`, "i"), "limit first"],
  [
    new RegExp(`${N} tokens?\\)? ?(?:>|exceeds?[^0-9]{0,60}|is longer[^0-9]{0,60}) ?\\(?${N}`, "i"),
    "needed first",
  ],
  [
    new RegExp(
      `(?:input token count|prompt contains|requested|given:?) \\(?${N}\\)?[^0-9]{0,80}${N}`,
      "i",
    ),
    "needed first",
  ],
  [
    new RegExp(`(?:context|model_len|max_tokens|limit|maximum|max)[^0-9]{0,50}${N}`, "i"),
    "limit first",
  ],
];

const whole = (value: unknown): number | null =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;

function numberOf(text: string | undefined): number | null {
  const value = text === undefined ? null : whole(Number(text.replace(/[,_.]/g, "")));
  return value === null || value < LEAST ? null : value;
}
