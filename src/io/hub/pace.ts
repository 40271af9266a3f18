/** The pace of requests to each host: as many as it bears, slower once it says 429. */

export type Pace = {
  /** Waits until a request to that origin may start. */
  turn(origin: string): Promise<void>;
  heard(origin: string, status: number): void;
};

type OriginPace = { gap: number; next: number; started: number[]; limitedAt: number };

/**
 * Requests start `gap` ms apart once an origin has said 429: a tenth slower than what was too much, and
 * and a little faster with every answer, so that the rate stays near what is borne.
 */
export function createPace(wait: (ms: number) => Promise<void>): Pace {
  const origins = new Map<string, OriginPace>();
  const stateOf = (origin: string): OriginPace => {
    const known = origins.get(origin) ?? { gap: 0, next: 0, started: [], limitedAt: -Infinity };
    origins.set(origin, known);
    return known;
  };
  return {
    async turn(origin) {
      const state = stateOf(origin);
      const now = Date.now();
      state.started = [...state.started.filter((at) => at > now - 1000), now];
      if (state.gap === 0) return;
      const at = Math.max(now, state.next);
      state.next = at + state.gap;
      if (at > now) await wait(at - now);
    },
    heard(origin, status) {
      const state = stateOf(origin);
      const now = Date.now();
      if (status !== 429) state.gap *= 0.99;
      // Requests that were in flight together are refused together: that is one signal.
      else if (now - state.limitedAt > 250) {
        state.limitedAt = now;
        state.gap = Math.min(1000, 1100 / Math.max(1, state.started.length));
      }
    },
  };
}
