/** A watch over a connection: nothing heard for a while means that it is dead. */

export type Watch = { readonly signal: AbortSignal; touch(): void; stop(): void };

/** Aborts when nothing was heard for `ms`. */
export function startWatch(ms: number): Watch {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error(`no byte for ${ms} ms`));
  let timer = setTimeout(abort, ms);
  return {
    signal: controller.signal,
    touch() {
      clearTimeout(timer);
      timer = setTimeout(abort, ms);
    },
    stop() {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
