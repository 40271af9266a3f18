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
/** After the start the limit grows by this share of itself a round trip, and by 1 at least. */
const GROWTH_SHARE = 0.04;
const CUT = 0.8;
/** Answers 429 within it belong to the same burst, and one burst is cut for once. */
export const CUT_PAUSE_MS = 3000;

/** @param max `max_concurrency`, at least 1. */
export function startSteering(max: number): Steering {
  return { limit: Math.min(START_LIMIT, max), max, starting: true, lastCutMs: null };
}

/** The limit after one more call. It stays within 1..max. */
export function steer(steering: Steering, event: SteerEvent, nowMs: number): Steering {
  if (event.kind === "rate_limited") return cut(steering, nowMs);
  const { limit, max, starting } = steering;
  // A limit that is not made use of is no evidence that the provider bears more.
  if (!event.counts || !event.busy || limit >= max) return steering;
  const step = starting ? START_GROWTH : Math.max(1 / limit, GROWTH_SHARE);
  return { ...steering, limit: Math.min(max, limit + step) };
}

function cut(steering: Steering, nowMs: number): Steering {
  const { lastCutMs, limit } = steering;
  if (lastCutMs !== null && nowMs - lastCutMs < CUT_PAUSE_MS) return steering;
  return { ...steering, limit: Math.max(1, limit * CUT), starting: false, lastCutMs: nowMs };
}
