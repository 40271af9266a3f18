/**
 * Tokens and money as a provider counted them. Providers disagree on what a completion is (some leave
 * thinking out of it) and where cached tokens stand; the larger sane number is believed, so that a
 * budget holds.
 */
import type { Usage } from "../../records/run-info.ts";
import { field } from "./error-body.ts";

/**
 * null when the provider did not count, or when the numbers cannot be true (negative, fractions,
 * text). Completion: the largest of what it says, of total less prompt where the total is sane, and
 * of both together where thinking is more than the completion that should hold it.
 */
export function readUsage(value: unknown): Usage | null {
  const prompt = promptOf(value);
  const said = first(value, ["completion_tokens", "output_tokens"]);
  if (prompt === null || said === null) return null;
  const reasoning = first(value, [
    "completion_tokens_details.reasoning_tokens",
    "output_tokens_details.reasoning_tokens",
    "reasoning_tokens",
  ]);
  const total = first(value, ["total_tokens"]) ?? 0;
  const apart = (reasoning ?? 0) > said ? said + (reasoning ?? 0) : said;
  const rest = total - prompt;
  const completion = Math.max(apart, rest > 0 && rest <= MOST_TIMES * (apart + 1000) ? rest : 0);
  const cached = first(value, [
    "prompt_tokens_details.cached_tokens",
    "input_tokens_details.cached_tokens",
    "cached_tokens",
    "cache_read_input_tokens",
    "prompt_cache_hit_tokens",
  ]);
  return {
    prompt_tokens: prompt,
    cached_tokens: Math.min(cached ?? 0, prompt),
    completion_tokens: completion,
    reasoning_tokens: Math.min(reasoning ?? 0, completion),
  };
}

/** USD as the provider booked the call; null where it does not say. */
export function usdOf(usage: unknown): number | null {
  const cost = field(usage, "cost");
  const usd = typeof cost === "object" ? field(cost, "total_cost") : cost;
  return typeof usd === "number" && usd >= 0 && usd < MOST_USD ? usd : null;
}

// ---------------------------------------------------------------------------------------------

/** More tokens than any model has room for: a provider's slip, not a bill. */
const MOST_TOKENS = 100_000_000;
/** A total so many times over its parts is of something else. */
const MOST_TIMES = 50;
/** One call never costs it. */
const MOST_USD = 10_000;

/** Anthropic counts what it wrote to and read from the cache beside the input. */
function promptOf(value: unknown): number | null {
  const prompt = first(value, ["prompt_tokens"]);
  if (prompt !== null) return prompt;
  const input = first(value, ["input_tokens"]);
  if (input === null) return null;
  const beside =
    (first(value, ["cache_read_input_tokens"]) ?? 0) +
    (first(value, ["cache_creation_input_tokens"]) ?? 0);
  return input + beside;
}

function first(value: unknown, paths: readonly string[]): number | null {
  for (const path of paths) {
    const dot = path.indexOf(".");
    const holder = dot < 0 ? value : field(value, path.slice(0, dot));
    const found = tokens(field(holder, path.slice(dot + 1)));
    if (found !== null) return found;
  }
  return null;
}

function tokens(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < MOST_TOKENS
    ? value
    : null;
}
