/** What calls cost: by the price table, or not known. Unknown is never 0. */
import type { Price } from "../../calls/rules.ts";
import type { Usage } from "../../records/run-info.ts";

const MILLION = 1_000_000;
/** Bytes of a prompt that make one token at least; code and English have about four. */
const LEAST_BYTES_A_TOKEN = 2;
/** What the chat format adds to a prompt. */
const FORMAT_TOKENS = 64;

/** USD; null without a price. Cached input costs as much as other input unless a price says less. */
export function costOf(usage: Usage, price: Price | undefined): number | null {
  if (price === undefined) return null;
  const fresh = usage.prompt_tokens - usage.cached_tokens;
  return (
    (fresh * price.input +
      usage.cached_tokens * (price.cached_input ?? price.input) +
      usage.completion_tokens * price.output) /
    MILLION
  );
}

/** The price of the same call in a provider's batch. */
export function batchPrice(price: Price | undefined): Price | undefined {
  if (price === undefined) return undefined;
  const { input, cached_input, output, batch = 1 } = price;
  const cached = cached_input === undefined ? {} : { cached_input: cached_input * batch };
  return { ...price, ...cached, input: input * batch, output: output * batch };
}

/** The most that a call can come to: reserved while it is in flight. `bytes` of the prompt, UTF-8. */
export function upperBound(bytes: number, maxTokens: number): Usage {
  return {
    prompt_tokens: Math.ceil(bytes / LEAST_BYTES_A_TOKEN) + FORMAT_TOKENS,
    cached_tokens: 0,
    completion_tokens: maxTokens,
    reasoning_tokens: 0,
  };
}
