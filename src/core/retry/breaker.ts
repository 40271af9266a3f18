/**
 * Tells a provider in passing trouble from one that is gone. After a few failures in a row it is
 * probed, one call at a time with pauses between; when the failures in a row reach the threshold
 * nothing more is sent in this run. 64 calls that die with one server are one failure, not 64.
 */
import type { Breaker, BreakerEvent, Fault } from "../../calls.ts";
import { failureKind } from "./policy.ts";

export const closedBreaker: Breaker = {
  failures: 0,
  rateLimits: 0,
  lastCountedMs: null,
  lastSuccessMs: null,
  pausedUntilMs: 0,
  probing: false,
  open: null,
};

/** Failures in a row before the provider is probed instead of used. */
const PROBE_FROM = 3;
/** First pause between probes; each further one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3000;
/** A provider that never answered in this run gets less patience. */
const LONGEST_PAUSE_UNSEEN_MS = 1000;
/** Wrong key, no balance, no such model: asking on is of no use. */
const HOPELESS: readonly string[] = ["http_401", "http_402", "http_404"];
const HOPELESS_IN_A_ROW = 3;
/** So many answers 429 without a success between them pause the whole lane. */
const RATE_LIMITS_IN_A_ROW = 5;
const RATE_PAUSE_MS = 1000;

/** The breaker after one more call. */
export function afterCall(breaker: Breaker, event: BreakerEvent): Breaker {
  if (breaker.open !== null) return breaker;
  const { fault, nowMs } = event;
  if (fault === null || provesLife(fault)) return { ...closedBreaker, lastSuccessMs: nowMs };
  if (fault.kind === "http_429") return afterRateLimit(breaker, fault, event);
  if (isSameBurst(breaker, fault, event.sentMs)) return breaker;
  const failures = breaker.failures + 1;
  const counted = { ...breaker, failures, rateLimits: 0, lastCountedMs: nowMs };
  if (failures >= patienceFor(fault, event)) {
    const last = `${fault.kind}: ${fault.message}`;
    return { ...counted, open: `${failures} calls in a row failed, the last one with ${last}` };
  }
  if (failures < PROBE_FROM || HOPELESS.includes(fault.kind)) return counted;
  const longest = breaker.lastSuccessMs === null ? LONGEST_PAUSE_UNSEEN_MS : LONGEST_PAUSE_MS;
  const pause = Math.min(longest, FIRST_PAUSE_MS * 2 ** (failures - PROBE_FROM));
  return { ...counted, probing: true, pausedUntilMs: nowMs + pause };
}

// ---------------------------------------------------------------------------------------------

/** The provider is there and works; it was this item that it could not serve. */
function provesLife(fault: Fault): boolean {
  return (
    fault.kind === "empty" ||
    fault.kind === "reasoning_only" ||
    fault.kind === "too_large" ||
    failureKind(fault) === "context_too_long"
  );
}

function patienceFor(fault: Fault, event: BreakerEvent): number {
  return HOPELESS.includes(fault.kind)
    ? Math.min(HOPELESS_IN_A_ROW, event.threshold)
    : event.threshold;
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
  return !hung && !HOPELESS.includes(fault.kind);
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
