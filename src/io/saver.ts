/**
 * Several results of one file come in at the same time, each making a newer version of it. The saver
 * writes one version at a time, and the newest last; versions that were overtaken are not written. The first
 * one waits for a round of the event loop: what comes in the same burst is written with it.
 */

/** Resolves when the value, or a newer one for the same path, is on disk. */
export type Saver<T> = (path: string, value: T) => Promise<void>;

export function makeSaver<T>(write: (path: string, value: T) => Promise<void>): Saver<T> {
  const lines = new Map<string, Line<T>>();
  return (path, value) => {
    const line = lines.get(path) ?? { running: nextRound(), next: null };
    lines.set(path, line);
    if (line.next !== null) {
      line.next.value = value;
      return line.next.done;
    }
    // A write that failed is its own caller's news; the next version is tried all the same.
    const next = { value, done: Promise.resolve() };
    const before = line.running.catch(() => {});
    next.done = settle(
      lines,
      path,
      line,
      before.then(() => {
        line.next = null;
        line.running = write(path, next.value);
        return line.running;
      }),
    );
    line.next = next;
    return next.done;
  };
}

// ---------------------------------------------------------------------------------------------

type Line<T> = { running: Promise<void>; next: { value: T; done: Promise<void> } | null };

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Forgets a path when nothing more is waiting for it. */
async function settle<T>(
  lines: Map<string, Line<T>>,
  path: string,
  line: Line<T>,
  writing: Promise<void>,
): Promise<void> {
  try {
    await writing;
  } finally {
    if (line.next === null && lines.get(path) === line) lines.delete(path);
  }
}
