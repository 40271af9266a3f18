/**
 * The way to one model at one provider: how many calls may be in flight there (p-limit, steered),
 * pauses after rate limits and failures, and the breaker. Every lane has its own, so that one
 * model's trouble slows nobody else's calls.
 */
import pLimit, { type LimitFunction } from "p-limit";
import type { CallRules, Fault } from "../../calls.ts";
import type { ModelRef } from "../../work.ts";
import { sleep } from "./sleep.ts";
import type { Provider } from "./provider.ts";

export type Lane = {
  readonly ref: ModelRef;
  /** Why nothing more is sent here in this run; null while it is. */
  closed(): string | null;
  /**
   * Runs `call` when there is a place and no pause; a place is held only while `call` runs. It may
   * ask whether half of the places or more were taken when it began, or are now.
   */
  pass<T>(call: (busy: () => boolean) => Promise<T>): Promise<T>;
  /** What came of a call that was sent at `sentMs`. */
  learn(result: { fault: Fault | null; sentMs: number; counts: boolean; busy: boolean }): void;
  /** False while more calls wait for a place than are worth having at hand. */
  hasFree(): boolean;
};

export type LaneOptions = {
  readonly ref: ModelRef;
  readonly provider: Provider;
  /** Never more than this in flight. */
  readonly maxInFlight: number;
  readonly rules: CallRules;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Called when a call got its place. */
  readonly onFree: () => void;
  /** Limits that lanes share: the provider's and the whole process's, in this order. */
  readonly shared: readonly LimitFunction[];
};

/** Calls that wait for a place: a few, so that none stands empty; each holds its whole prompt. */
const AT_HAND_SHARE = 8;

export function openLane(options: LaneOptions): Lane {
  const { rules, now, provider, signal } = options;
  const threshold = provider.settings.breaker;
  const ceilingMs = provider.settings.item_ceiling_s * 1000;
  let steering = rules.startSteering(options.maxInFlight);
  let breaker = rules.closedBreaker;
  let inFlight = 0;
  const places = pLimit({ concurrency: allowed(), rejectOnClear: true });

  function allowed(): number {
    return breaker.probing ? 1 : Math.max(1, Math.floor(steering.limit));
  }

  /** Waiting in a place keeps nobody out: while the lane pauses, nobody may go. */
  async function untilUnpaused(): Promise<void> {
    for (;;) {
      const ms = breaker.pausedUntilMs - now().getTime();
      if (ms <= 0 || signal.aborted || breaker.open !== null) return;
      await sleep(ms, signal);
    }
  }

  return {
    ref: options.ref,
    closed: () => breaker.open,
    hasFree: () => places.pendingCount < allowed() / AT_HAND_SHARE,
    pass: (call) =>
      places(async () => {
        options.onFree();
        await untilUnpaused();
        const counted = async (): Promise<Awaited<ReturnType<typeof call>>> => {
          inFlight++;
          const halfTaken = (): boolean => 2 * inFlight >= allowed();
          const atFirst = halfTaken();
          try {
            return await call(() => atFirst || halfTaken());
          } finally {
            inFlight--;
          }
        };
        const through = options.shared.reduce<typeof counted>(
          (inner, limit) => () => limit(inner),
          counted,
        );
        return through();
      }),
    learn({ fault, sentMs, counts, busy }) {
      const nowMs = now().getTime();
      if (fault === null) {
        steering = rules.steer(steering, { kind: "answered", counts, busy }, nowMs);
      } else if (fault.kind === "http_429") {
        steering = rules.steer(steering, { kind: "rate_limited" }, nowMs);
      }
      breaker = rules.afterCall(breaker, { fault, sentMs, nowMs, threshold, ceilingMs });
      if (places.concurrency !== allowed()) places.concurrency = allowed();
    },
  };
}
