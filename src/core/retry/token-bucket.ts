/**
 * Requests and tokens a minute. The bucket holds a tenth of the minute's allowance and refills at
 * nine tenths, so that no minute, wherever it begins, sees more than the allowance.
 */
import type { Bucket, Ticket } from "../../calls/pace.ts";

const MINUTE_MS = 60_000;
const BURST_SHARE = 0.1;

/** @param perMinute at least 1. */
export function fullBucket(perMinute: number, nowMs: number): Bucket {
  const capacity = Math.max(1, perMinute * BURST_SHARE);
  return { perMinute, capacity, level: capacity, taken: 0, atMs: nowMs };
}

/**
 * Takes `amount` out, ahead of time when it is not there yet: whoever comes later waits longer, so
 * the order of asking is the order of going. `taken` of the result is the ticket's position.
 */
export function take(bucket: Bucket, amount: number, nowMs: number): Bucket {
  const level = levelAt(bucket, nowMs) - amount;
  return { ...bucket, level, taken: bucket.taken + amount, atMs: nowMs };
}

/**
 * Milliseconds until a ticket may go, by what is known now: what others put back shortens it, so ask
 * again while waiting. An amount over the capacity goes from a full bucket, in debt.
 */
export function dueInMs(bucket: Bucket, { amount, position }: Ticket, nowMs: number): number {
  const level = levelAt(bucket, nowMs) + (bucket.taken - position);
  const short = Math.min(amount, bucket.capacity) - amount - level;
  return short <= 0 ? 0 : Math.ceil(short / refillPerMs(bucket));
}

/** Puts back what was reserved and not used (or takes more, for a negative amount). */
export function giveBack(bucket: Bucket, amount: number): Bucket {
  return { ...bucket, level: Math.min(bucket.capacity, bucket.level + amount) };
}

// ---------------------------------------------------------------------------------------------

function refillPerMs(bucket: Bucket): number {
  // With an allowance of 1 a minute the bucket would never refill: it holds the whole allowance.
  return Math.max(bucket.perMinute - bucket.capacity, bucket.perMinute / 2) / MINUTE_MS;
}

function levelAt(bucket: Bucket, nowMs: number): number {
  const refilled = Math.max(0, nowMs - bucket.atMs) * refillPerMs(bucket);
  return Math.min(bucket.capacity, bucket.level + refilled);
}
