/**
 * How many calls may be in flight at one provider and model: more while answers come, a fifth less
 * when the provider says 429. (Additive increase, multiplicative decrease, with a fast start, as TCP
 * finds the bandwidth of a path; RFC 5681.)
 */
import type { SteerEvent, Steering } from "../../calls/pace.ts";

/** Calls in flight before anything is known. */
export const START_LIMIT = 12;
/** Each answer of the fast start lets so many more calls out: the limit grows fourfold a round trip. */
const START_GROWTH = 3;
/** After a cut: back by this share (or by 1) a round trip, but for a known limit to just below it ... */
const RECOVERY_SHARE = 0.04;
const JUST_BELOW = 0.95;
/** ... and from there on carefully, by this share (or by 1) a second. */
const STEP_SHARE = 0.02;
const STEP_MS = 1000;
/** So far over a limit that was too much once, it is no longer believed in. */
const FORGET = 1.2;
const CUT = 0.8;
/** Answers 429 within it belong to the same burst, and one burst is cut for once. */
export const CUT_PAUSE_MS = 3000;
/** Weight of the latest call in the share of refused ones. */
const WEIGHT = 1 / 64;
/** A provider that refuses more than this is over its limit; fewer 429s come by whatever one sends. */
export const MANY_REFUSED = 0.2;

/** @param max `max_concurrency`, at least 1. */
export function startSteering(max: number): Steering {
  return {
    limit: Math.min(START_LIMIT, max),
    max,
    starting: true,
    lastCutMs: null,
    refused: 0,
    tooMuch: Number.POSITIVE_INFINITY,
    lastStepMs: 0,
  };
}

/** The limit after one more call. It stays within 1..max. */
export function steer(before: Steering, event: SteerEvent, nowMs: number): Steering {
  const now = event.kind === "rate_limited" ? 1 : 0;
  const steering = { ...before, refused: before.refused + (now - before.refused) * WEIGHT };
  return event.kind === "rate_limited"
    ? cut(believed(steering), nowMs)
    : grown(steering, event.counts && event.busy, nowMs);
}

// ---------------------------------------------------------------------------------------------

/** `proves`: a limit that is not made use of is no evidence that the provider bears more. */
function grown(steering: Steering, proves: boolean, nowMs: number): Steering {
  const { limit, max, starting, tooMuch, refused, lastStepMs } = steering;
  if (!proves || limit >= max || refused > MANY_REFUSED) return steering;
  const raised = (step: number): number => Math.min(max, limit + step);
  if (starting) return { ...steering, limit: raised(START_GROWTH) };
  if (limit < JUST_BELOW * tooMuch) {
    return { ...steering, limit: raised(Math.max(1 / limit, RECOVERY_SHARE)) };
  }
  if (nowMs - lastStepMs < STEP_MS) return steering;
  return {
    ...steering,
    limit: raised(Math.max(1, STEP_SHARE * limit)),
    lastStepMs: nowMs,
    tooMuch: limit > FORGET * tooMuch ? Number.POSITIVE_INFINITY : tooMuch,
  };
}

function believed(steering: Steering): Steering {
  const { refused, tooMuch, limit } = steering;
  if (refused <= MANY_REFUSED) return steering;
  return { ...steering, starting: false, tooMuch: Math.min(tooMuch, limit) };
}

function cut(steering: Steering, nowMs: number): Steering {
  const { lastCutMs, limit } = steering;
  if (lastCutMs !== null && nowMs - lastCutMs < CUT_PAUSE_MS) return steering;
  return { ...steering, limit: Math.max(1, limit * CUT), lastCutMs: nowMs, lastStepMs: nowMs };
}
