/**
 * Ctrl-C and SIGTERM: the first one asks the stage to end (calls in flight are waited for and saved),
 * the second one ends the process at once.
 */

/** npm passes on the Ctrl-C that the terminal has sent to everybody already: one key, two signals. */
const SAME_KEY_MS = 150;

export type Signals = {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Takes the handlers away again. */
  remove(): void;
};

/** @param note is told what happens, in a line for the person. */
export function installSignals(note: (line: string) => void): Signals {
  const stopping = new AbortController();
  let firstMs = 0;
  const onSignal = (): void => {
    if (!stopping.signal.aborted) {
      firstMs = performance.now();
      note("stopping: waiting for the calls in flight (again to quit at once)");
      stopping.abort();
    } else if (performance.now() - firstMs > SAME_KEY_MS) {
      process.exit(130);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: stopping.signal,
    remove() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
