/**
 * What becomes of a call that failed: asked again (after how long, and does it count), given up, or
 * taken as it is. The one place where it is said which fault is worth a second try.
 */
import type { Decision, Fault, Patience, Progressed } from "../../calls.ts";
import type { ChatFailure } from "../../work.ts";

const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 60_000;
/** Short: the number of calls in flight is what spares a provider that is busy, not one item's wait. */
const RATE_BACKOFF_BASE_MS = 250;
const RATE_BACKOFF_CAP_MS = 4000;
/** Askings again of an answer without content; the limit doubles where thinking ate it up. */
const EMPTY_TRIES = 2;

const RETRIED_STATUS: readonly number[] = [408, 409, 425, 429];

/**
 * @param progressed how often the item was tried, the failed call included.
 * @param rng uniform in [0, 1): full jitter, so that calls that failed together do not return together.
 */
export function decide(
  fault: Fault,
  progressed: Progressed,
  patience: Patience,
  nowMs: number,
  rng: () => number,
): Decision {
  if (fault.kind === "empty" || fault.kind === "reasoning_only") {
    if (progressed.empties > EMPTY_TRIES) return { do: "accept" };
  } else if (!isRetried(fault)) {
    return { do: "give_up", kind: failureKind(fault), message: words(fault) };
  } else if (progressed.tries >= patience.tries && !isRateLimit(fault)) {
    return giveUp(`${words(fault)} (tried ${progressed.tries} times)`);
  }
  const ms = waitFor(fault, progressed, rng);
  if (nowMs + ms - progressed.startedMs > patience.ceilingMs) {
    const seconds = Math.round(patience.ceilingMs / 1000);
    return giveUp(`${words(fault)} (no answer within ${seconds} s)`);
  }
  return {
    do: "wait",
    ms,
    countsAsTry: !isRateLimit(fault),
    growLimit: fault.kind === "reasoning_only" ? 2 : 1,
  };
}

/** 408, 409, 425, 429, 5xx, connection faults, timeouts, and bodies that are no answer. */
export function isRetried(fault: Fault): boolean {
  if (!fault.kind.startsWith("http_")) return fault.kind !== "too_large";
  return fault.status !== null && (fault.status >= 500 || RETRIED_STATUS.includes(fault.status));
}

export function isRateLimit(fault: Fault): boolean {
  return fault.kind === "http_429";
}

/** Whose fault it is: the item's own (a drop) or the provider's (asked again in the next run). */
export function failureKind(fault: Fault): ChatFailure["kind"] {
  if (isContextTooLong(fault)) return "context_too_long";
  if (fault.kind === "too_large") return "rejected";
  const own = fault.status === 400 || fault.status === 413 || fault.status === 422;
  return own && !BLAMES_SETTINGS.test(fault.message) ? "rejected" : "provider";
}

// ---------------------------------------------------------------------------------------------

const giveUp = (message: string): Decision => ({ do: "give_up", kind: "provider", message });

const words = (fault: Fault): string =>
  fault.message === "" ? fault.kind : `${fault.kind}: ${fault.message}`;

function waitFor(
  fault: Fault,
  { tries, rateWaits, empties }: Progressed,
  rng: () => number,
): number {
  const backoff = isRateLimit(fault)
    ? Math.min(RATE_BACKOFF_CAP_MS, RATE_BACKOFF_BASE_MS * 2 ** Math.min(rateWaits, 20))
    : Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(Math.max(tries, empties) - 1, 20));
  const jittered = Math.round(rng() * backoff);
  // What was asked for is a floor; a little more, so that not all come back in the same moment.
  return fault.retry_after_ms === null
    ? jittered
    : fault.retry_after_ms + Math.round(rng() * BACKOFF_BASE_MS);
}

/** Said by OpenAI, vLLM, OpenRouter, Ollama, Anthropic and SGLang, in this order. */
const TOO_LONG =
  /context_length_exceeded|maximum context length|context window|context length|prompt is too long|input is too long|longer than the model's|exceeds? the (?:model's )?(?:maximum|max|available) (?:context|sequence|input)|too many (?:input )?tokens/i;

function isContextTooLong(fault: Fault): boolean {
  return (
    (fault.status === 400 || fault.status === 413 || fault.status === 422) &&
    TOO_LONG.test(fault.message)
  );
}

/** A 400 that every item would get: the settings are wrong, not the item. */
const BLAMES_SETTINGS =
  /model[^.]{0,80}(?:not found|does not exist|not exist|not available|not supported)|(?:unknown|invalid|no such) model|(?:unsupported|unknown|unrecognized) (?:parameter|value|request argument)/i;
