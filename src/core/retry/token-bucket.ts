/**
 * Requests and tokens a minute. The bucket holds a tenth of the minute's allowance and refills at
 * nine tenths, so that no minute, wherever it begins, sees more than the allowance.
 */
import type { Bucket } from "../../calls.ts";

const MINUTE_MS = 60_000;
const BURST_SHARE = 0.1;

/** @param perMinute at least 1. */
export function fullBucket(perMinute: number, nowMs: number): Bucket {
  const capacity = Math.max(1, perMinute * BURST_SHARE);
  return { perMinute, capacity, level: capacity, atMs: nowMs };
}

/**
 * Takes `amount` out, ahead of time when it is not there yet: whoever comes later waits longer, so
 * the order of asking is the order of going. An amount over the capacity is let through in debt.
 */
export function take(
  bucket: Bucket,
  amount: number,
  nowMs: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const level = levelAt(bucket, nowMs) - amount;
  // A full bucket lets even an amount through that it can never hold.
  const short = Math.max(0, Math.min(amount, bucket.capacity) - amount - level);
  return {
    bucket: { ...bucket, level, atMs: nowMs },
    waitMs: Math.ceil(short / refillPerMs(bucket)),
  };
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
