/**
 * The way to one model at one server: how many calls may be in flight there (p-limit, steered), pauses
 * after rate limits and failures, the breaker, and what is known of whose fault refusals are. Every
 * lane has its own, so that one model's trouble slows nobody else's calls.
 */
import pLimit, { type LimitFunction } from "p-limit";
import type { Fault } from "../../calls/exchange.ts";
import type { CallRules } from "../../calls/rules.ts";
import type { ChatFailure, ModelRef, Role } from "../../work.ts";
import type { Usage } from "../../records/run-info.ts";
import { sleep } from "./sleep.ts";
import type { Provider } from "./provider.ts";

export type Lane = {
  readonly ref: ModelRef;
  /** Why nothing more is sent here in this run; null while it is. */
  closed(): ChatFailure | null;
  /**
   * Runs `call` when there is a place and no pause; a place is held only while `call` runs. It may
   * ask whether half of the places or more were taken when it began, or are now.
   */
  pass<T>(call: (busy: () => boolean) => Promise<T>): Promise<T>;
  /** What came of a call that was sent at `sentMs`. */
  learn(result: Learned): void;
  /** Whose fault the refusal of an item is; closes the lane when it is the settings'. */
  weigh(refusal: {
    readonly item: string;
    readonly kind: "settings" | "refused" | "content";
    readonly message: string;
    readonly hint: string;
  }): ChatFailure["kind"];
  /** False while more calls wait for a place than are worth having at hand. */
  hasFree(): boolean;
  /** Calls in flight and waiting. */
  load(): number;
  /** How far over its completion limit a call came at most, at least 1; null before one was counted. */
  overrun(): number | null;
  /** Of the calls answered so far the most bytes a token; null before one was counted. */
  bytesPerToken(): number | null;
};

export type Learned = {
  readonly item: string;
  readonly role: Role;
  readonly fault: Fault | null;
  readonly sentMs: number;
  readonly counts: boolean;
  readonly busy: boolean;
  /** As the provider counted it; null where it did not. */
  readonly usage: Usage | null;
  readonly maxTokens: number;
  readonly bytes: number;
};

export type LaneOptions = {
  readonly ref: ModelRef;
  readonly provider: Provider;
  /** Never more than this in flight. */
  readonly maxInFlight: number;
  readonly rules: CallRules;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Called when a call got its place. */
  readonly onFree: () => void;
  /** Limits that lanes share: the provider's and the whole process's, in this order. */
  readonly shared: readonly LimitFunction[];
};

/** Calls that wait for a place: a few, so that none stands empty; each holds its whole prompt. */
const AT_HAND_SHARE = 8;
/** So long the calls in flight are waited for before a row of refusals is believed. */
const DOUBT_MS = 8000;
const LOOK_AGAIN_MS = 25;

export function openLane(options: LaneOptions): Lane {
  const { rules, clock, provider, signal } = options;
  const threshold = provider.settings.breaker;
  const ceilingMs = provider.settings.item_ceiling_s * 1000;
  let steering = rules.startSteering(options.maxInFlight);
  let breaker = rules.closedBreaker;
  let evidence = rules.noEvidence;
  let doubt: { readonly sinceMs: number; readonly closed: ChatFailure } | null = null;
  let closed: ChatFailure | null = null;
  let inFlight = 0;
  let overrun: number | null = null;
  let bytesPerToken: number | null = null;
  const places = pLimit({ concurrency: allowed(), rejectOnClear: true });

  function allowed(): number {
    return breaker.probing ? 1 : Math.max(1, Math.floor(steering.limit));
  }

  /** Waiting in a place keeps nobody out: while the lane pauses, nobody may go. */
  async function untilUnpaused(): Promise<void> {
    while (!signal.aborted && closed === null) {
      const ms = breaker.pausedUntilMs - clock();
      if (ms > 0) await sleep(ms, signal);
      else if (doubt === null) return;
      else if (inFlight === 0 || clock() - doubt.sinceMs > DOUBT_MS) closed = doubt.closed;
      else await sleep(LOOK_AGAIN_MS, signal);
    }
  }

  function measure({ usage, maxTokens, bytes, fault }: Learned): void {
    if (usage === null) return;
    overrun = Math.max(overrun ?? 1, usage.completion_tokens / maxTokens);
    if (fault === null && usage.prompt_tokens > 0) {
      bytesPerToken = Math.max(bytesPerToken ?? 0, bytes / usage.prompt_tokens);
    }
  }

  return {
    ref: options.ref,
    closed: () => closed,
    hasFree: () => places.pendingCount < allowed() / AT_HAND_SHARE,
    load: () => inFlight + places.pendingCount,
    overrun: () => overrun,
    bytesPerToken: () => bytesPerToken,
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
    learn(result) {
      const { fault, sentMs, counts, busy } = result;
      const nowMs = clock();
      measure(result);
      if (fault === null) {
        steering = rules.steer(steering, { kind: "answered", counts, busy }, nowMs);
        evidence = rules.afterAnswer(evidence, result.item);
        doubt = null;
      } else if (rules.blame(fault) === "rate") {
        steering = rules.steer(steering, { kind: "rate_limited" }, nowMs);
      }
      breaker = rules.afterCall(breaker, { fault, sentMs, nowMs, threshold, ceilingMs });
      if (breaker.open !== null && fault !== null) {
        const kind = breaker.blamesSettings ? "settings" : "provider";
        closed ??= closedBy(kind, breaker.open, hintFor(options, fault, result.role));
      }
      if (places.concurrency !== allowed()) places.concurrency = allowed();
    },
    weigh({ item, kind, message, hint }) {
      const weighed = rules.weigh(evidence, { item, kind, message });
      evidence = weighed.evidence;
      if (weighed.suspect) {
        const why = closedBy("settings", rules.closedWords(evidence, message), hint);
        doubt = { sinceMs: doubt?.sinceMs ?? clock(), closed: why };
        // Refusals come back faster than answers: what is still in flight may be one.
        if (inFlight === 0) closed ??= why;
      }
      return weighed.kind;
    },
  };
}

// ---------------------------------------------------------------------------------------------

const closedBy = (kind: "settings" | "provider", message: string, hint: string): ChatFailure => ({
  kind,
  message,
  ...(kind === "settings" ? { hint } : {}),
  closed: true,
});

function hintFor({ ref, provider, rules }: LaneOptions, fault: Fault, role: Role): string {
  const key_env = provider.settings.api_key_env ?? null;
  return rules.mend(fault, { ...ref, role, key_env });
}
