/**
 * Tells a provider in passing trouble from one that is gone. After a few failures in a row it is
 * probed, one call at a time with pauses between; when the failures in a row reach the threshold
 * nothing more is sent in this run. 64 calls that die with one server are one failure, not 64.
 */
import type { Fault } from "../../calls/exchange.ts";
import type { Breaker, BreakerEvent } from "../../calls/pace.ts";
import { blameOf } from "./blame.ts";

export const closedBreaker: Breaker = {
  failures: 0,
  rateLimits: 0,
  lastCountedMs: null,
  lastSuccessMs: null,
  pausedUntilMs: 0,
  probing: false,
  open: null,
  blamesSettings: false,
};

/** Failures in a row before the provider is probed instead of used. */
const PROBE_FROM = 3;
/** First pause between probes; each further one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3000;
/** A provider that never answered in this run gets less patience. */
const LONGEST_PAUSE_UNSEEN_MS = 1000;
/** A server that only ever answers with errors is given up sooner than one that is away. */
const ERRORS_UNSEEN = 12;
/** So many answers 429 without a success between them pause the whole lane. */
const RATE_LIMITS_IN_A_ROW = 5;
const RATE_PAUSE_MS = 1000;
const LOADING_PAUSE_MS = 2000;

/** The breaker after one more call. */
export function afterCall(breaker: Breaker, event: BreakerEvent): Breaker {
  if (breaker.open !== null) return breaker;
  const { fault, nowMs } = event;
  if (fault === null) return { ...closedBreaker, lastSuccessMs: nowMs };
  const blame = blameOf(fault);
  if (provesLife(fault)) return { ...closedBreaker, lastSuccessMs: breaker.lastSuccessMs };
  if (blame === "rate") return afterRateLimit(breaker, fault, event);
  if (blame === "loading") return whileLoading(breaker, fault, event);
  if (isSameBurst(breaker, fault, event.sentMs)) return breaker;
  const failures = breaker.failures + 1;
  const counted = { ...breaker, failures, rateLimits: 0, lastCountedMs: nowMs };
  const isUnseen = breaker.lastSuccessMs === null;
  const blamesSettings = isUnseen && answersWrongly(fault);
  if (failures >= (blamesSettings ? Math.min(ERRORS_UNSEEN, event.threshold) : event.threshold)) {
    const last = `${fault.kind}: ${fault.message}`;
    const open = `${failures} calls in a row failed, the last one with ${last}`;
    return { ...counted, open, blamesSettings };
  }
  if (failures < PROBE_FROM) return counted;
  const longest = isUnseen ? LONGEST_PAUSE_UNSEEN_MS : LONGEST_PAUSE_MS;
  const pause = Math.min(longest, FIRST_PAUSE_MS * 2 ** (failures - PROBE_FROM));
  return { ...counted, probing: true, pausedUntilMs: nowMs + pause };
}

// ---------------------------------------------------------------------------------------------

/** The provider is there and answers; what it refuses is weighed elsewhere. */
function provesLife(fault: Fault): boolean {
  const blame = blameOf(fault);
  const isEmpty = fault.kind === "empty" || fault.kind === "reasoning_only";
  return isEmpty || !(blame === "passing" || blame === "rate" || blame === "loading");
}

/** Something answers at that address, but not as a model does. */
function answersWrongly({ kind, message }: Fault): boolean {
  return (
    (kind === "http_500" && message !== "") ||
    ["html", "bad_json", "error_body", "no_choices"].includes(kind)
  );
}

/** One call at a time asks whether it is done; given up when it takes longer than an item may. */
function whileLoading(breaker: Breaker, fault: Fault, event: BreakerEvent): Breaker {
  const { nowMs, ceilingMs } = event;
  const since = breaker.lastCountedMs ?? nowMs;
  const counted = { ...breaker, lastCountedMs: since, probing: true };
  if (nowMs - since >= ceilingMs) {
    return { ...counted, open: `still not loaded after ${Math.round(ceilingMs / 60_000)} minutes` };
  }
  return { ...counted, pausedUntilMs: nowMs + (fault.retry_after_ms ?? LOADING_PAUSE_MS) };
}

/**
 * True for a call that was in flight already when the last failure was counted. Calls that ran out of
 * time while nobody else was answered either count each for itself: a provider that hangs is known by
 * one timeout, not by twenty. Stalled calls among answered ones do not add up so.
 */
function isSameBurst(
  { lastCountedMs, lastSuccessMs }: Breaker,
  fault: Fault,
  sentMs: number,
): boolean {
  if (lastCountedMs === null || sentMs > lastCountedMs) return false;
  const hung = fault.kind.startsWith("timeout") && sentMs >= (lastSuccessMs ?? 0);
  return !hung;
}

function afterRateLimit(breaker: Breaker, fault: Fault, event: BreakerEvent): Breaker {
  const { nowMs, ceilingMs } = event;
  const rateLimits = breaker.rateLimits + 1;
  const since = breaker.lastSuccessMs ?? breaker.lastCountedMs ?? nowMs;
  const limited = { ...breaker, rateLimits, lastCountedMs: breaker.lastCountedMs ?? nowMs };
  if (nowMs - since >= ceilingMs) {
    const minutes = Math.round(ceilingMs / 60_000);
    return { ...limited, open: `nothing but rate limits for ${minutes} minutes` };
  }
  if (rateLimits < RATE_LIMITS_IN_A_ROW) return limited;
  const until = nowMs + (fault.retry_after_ms ?? RATE_PAUSE_MS);
  return { ...limited, pausedUntilMs: Math.max(breaker.pausedUntilMs, until) };
}
