/**
 * How fast a model is asked: calls in flight, failures in a row, allowances a minute. Times are milliseconds since 1970.
 */
import type { Fault } from "./exchange.ts";

/** How many calls may be in flight at one provider and model. */
export type Steering = {
  /** At least 1; the whole part of it counts. */
  readonly limit: number;
  readonly max: number;
  /** Until the first cut: grows fast. */
  readonly starting: boolean;
  readonly lastCutMs: number | null;
  /** Share of 429s among the latest calls, 0..1 (moving average). */
  readonly refused: number;
  /** The limit at which many calls were refused; infinite while none was. */
  readonly tooMuch: number;
  /** When the limit last went up carefully. */
  readonly lastStepMs: number;
};

export type SteerEvent =
  | {
      readonly kind: "answered";
      /** False for a retried call or an answer from a cache: those prove nothing. */
      readonly counts: boolean;
      /** At least half of the places were taken when the call was sent. */
      readonly busy: boolean;
    }
  | { readonly kind: "rate_limited" };

/** Tells a provider in passing trouble from one that is gone. */
export type Breaker = {
  /** Failures in a row. */
  readonly failures: number;
  /** Rate limits in a row. */
  readonly rateLimits: number;
  readonly lastCountedMs: number | null;
  readonly lastSuccessMs: number | null;
  /** Nothing is sent before it; 0: at once. */
  readonly pausedUntilMs: number;
  /** In trouble: one call at a time, until one succeeds. */
  readonly probing: boolean;
  /** Open for the rest of the run; the message says why. */
  readonly open: string | null;
  /** The server answers, but never with a reply: the settings are to be looked at. */
  readonly blamesSettings: boolean;
};

export type BreakerEvent = {
  readonly fault: Fault | null;
  readonly sentMs: number;
  readonly nowMs: number;
  /** Failures in a row that open it. */
  readonly threshold: number;
  readonly ceilingMs: number;
};

/** A token bucket: at most `perMinute` in any minute. */
export type Bucket = {
  readonly perMinute: number;
  readonly capacity: number;
  /** Below 0: handed out ahead of time. */
  readonly level: number;
  /** All that was ever taken out. */
  readonly taken: number;
  readonly atMs: number;
};

/** A place in a bucket's order: `position` is the bucket's `taken` with this amount in it. */
export type Ticket = { readonly amount: number; readonly position: number };
