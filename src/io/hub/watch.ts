/** A watch over a connection: nothing heard for a while means that it is dead. */

export type Watch = { readonly signal: AbortSignal; touch(): void; stop(): void };

/** Aborts when nothing was heard for `ms`. */
export function startWatch(ms: number): Watch {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`no byte for ${ms} ms`)), ms);
  return {
    signal: controller.signal,
    touch() {
      timer.refresh();
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
