/**
 * How many calls may be in flight at one provider and model: more while answers come, a fifth less
 * when the provider says 429. (Additive increase, multiplicative decrease, with a fast start, as TCP
 * finds the bandwidth of a path; RFC 5681.)
 */
import type { SteerEvent, Steering } from "../../calls.ts";

/** Calls in flight before anything is known. */
export const START_LIMIT = 8;
/** Each answer of the fast start lets so many more calls out: the limit grows fourfold a round trip. */
const START_GROWTH = 3;
/** After a cut: back to just below what was too much, by this share (or by 1) a round trip ... */
const RECOVERY_SHARE = 0.04;
const JUST_BELOW = 0.95;
/** ... and from there on carefully, by this share (or by 1) a second. */
const STEP_SHARE = 0.02;
const STEP_MS = 1000;
const CUT = 0.8;
/** Answers 429 within it belong to the same burst, and one burst is cut for once. */
export const CUT_PAUSE_MS = 3000;

/** @param max `max_concurrency`, at least 1. */
export function startSteering(max: number): Steering {
  return {
    limit: Math.min(START_LIMIT, max),
    max,
    starting: true,
    lastCutMs: null,
    tooMuch: Number.POSITIVE_INFINITY,
    lastStepMs: 0,
  };
}

/** The limit after one more call. It stays within 1..max. */
export function steer(steering: Steering, event: SteerEvent, nowMs: number): Steering {
  if (event.kind === "rate_limited") return cut(steering, nowMs);
  const { limit, max, starting, tooMuch, lastStepMs } = steering;
  // A limit that is not made use of is no evidence that the provider bears more.
  if (!event.counts || !event.busy || limit >= max) return steering;
  const raised = (step: number): number => Math.min(max, limit + step);
  if (starting) return { ...steering, limit: raised(START_GROWTH) };
  if (limit < JUST_BELOW * tooMuch) {
    return { ...steering, limit: raised(Math.max(1 / limit, RECOVERY_SHARE)) };
  }
  if (nowMs - lastStepMs < STEP_MS) return steering;
  return { ...steering, limit: raised(Math.max(1, STEP_SHARE * limit)), lastStepMs: nowMs };
}

function cut(steering: Steering, nowMs: number): Steering {
  const { lastCutMs, limit } = steering;
  if (lastCutMs !== null && nowMs - lastCutMs < CUT_PAUSE_MS) return steering;
  return {
    ...steering,
    limit: Math.max(1, limit * CUT),
    starting: false,
    lastCutMs: nowMs,
    tooMuch: limit,
    lastStepMs: nowMs,
  };
}
