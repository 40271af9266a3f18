/**
 * What becomes of a call that failed: asked again (after how long, and does it count), given up, or
 * taken as it is. The one place where it is said which fault is worth a second try.
 */
import type { Decision, Patience, Progressed } from "../../calls/decision.ts";
import type { Fault } from "../../calls/exchange.ts";
import type { ChatFailure } from "../../work.ts";
import { blameOf } from "./blame.ts";

const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 60_000;
/** Short at first: the number of calls in flight is what spares a busy provider, not one item's wait. */
const RATE_BACKOFF_BASE_MS = 250;
const RATE_BACKOFF_CAP_MS = 4000;
/** Waits after which it is no passing burst any more: from then on they grow further. */
const RATE_WAITS_SHORT = 8;
const RATE_BACKOFF_LONG_MS = 60_000;
/** A model that is being loaded takes minutes, not milliseconds. */
const LOADING_BASE_MS = 2000;
const LOADING_CAP_MS = 15_000;
/** Askings again of an answer without content; the limit doubles where thinking ate it up. */
const EMPTY_TRIES = 2;

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
    const known = fault.kind === "empty" && patience.knownEmpty === true;
    if (known || progressed.empties > EMPTY_TRIES) return { do: "accept" };
  } else if (!isRetried(fault)) {
    return { do: "give_up", kind: failureKind(fault), message: words(fault) };
  } else if (progressed.tries >= patience.tries && !waitsFreely(fault)) {
    return giveUp(fault, `(tried ${progressed.tries} times)`);
  }
  const ms = waitFor(fault, progressed, rng);
  if (nowMs + ms - progressed.startedMs > patience.ceilingMs) {
    return giveUp(fault, `(no answer within ${Math.round(patience.ceilingMs / 1000)} s)`);
  }
  return {
    do: "wait",
    ms,
    countsAsTry: !waitsFreely(fault),
    growLimit: fault.kind === "reasoning_only" ? 2 : 1,
  };
}

/** 408, 409, 425, 429, 5xx, connection faults, timeouts, and bodies that are no answer. */
export function isRetried(fault: Fault): boolean {
  const blame = blameOf(fault);
  return blame === "passing" || blame === "rate" || blame === "loading";
}

/** Waits that use up no try: for a rate limit, and for a model that is being loaded. */
export function waitsFreely(fault: Fault): boolean {
  const blame = blameOf(fault);
  return blame === "rate" || blame === "loading";
}

/**
 * What a fault that is not asked again comes to. "refused" is not known yet; a 5xx that stays the same
 * over all tries is a refusal in other words.
 */
export function failureKind(fault: Fault): ChatFailure["kind"] {
  switch (blameOf(fault)) {
    case "content":
      return "rejected";
    case "context":
      return "context";
    case "settings":
    case "quota":
      return "settings";
    case "unclear":
      return "refused";
    case "passing":
      return fault.kind === "http_500" && fault.message !== "" ? "refused" : "provider";
    case "rate":
    case "loading":
      return "provider";
  }
}

// ---------------------------------------------------------------------------------------------

const giveUp = (fault: Fault, why: string): Decision => ({
  do: "give_up",
  kind: failureKind(fault),
  message: `${words(fault)} ${why}`,
});

const words = (fault: Fault): string =>
  fault.message === "" ? fault.kind : `${fault.kind}: ${fault.message}`;

function waitFor(fault: Fault, progressed: Progressed, rng: () => number): number {
  const jittered = Math.round(rng() * backoffOf(fault, progressed));
  // What was asked for is a floor; a little more, so that not all come back in the same moment.
  return fault.retry_after_ms === null
    ? jittered
    : fault.retry_after_ms + Math.round(rng() * BACKOFF_BASE_MS);
}

function backoffOf(fault: Fault, { tries, rateWaits, empties }: Progressed): number {
  const grown = (base: number, cap: number, steps: number): number =>
    Math.min(cap, base * 2 ** Math.min(steps, 20));
  switch (blameOf(fault)) {
    case "rate":
      return rateWaits <= RATE_WAITS_SHORT
        ? grown(RATE_BACKOFF_BASE_MS, RATE_BACKOFF_CAP_MS, rateWaits)
        : grown(RATE_BACKOFF_CAP_MS, RATE_BACKOFF_LONG_MS, rateWaits - RATE_WAITS_SHORT);
    case "loading":
      return grown(LOADING_BASE_MS, LOADING_CAP_MS, rateWaits);
    case "content":
    case "context":
    case "passing":
    case "quota":
    case "settings":
    case "unclear":
      return grown(BACKOFF_BASE_MS, BACKOFF_CAP_MS, Math.max(tries, empties) - 1);
  }
}
