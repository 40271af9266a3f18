/**
 * Values that very many turns have alike (names, reasons, the votes of a judge), each held once: what is told of
 * a hundred thousand turns fits into the memory of any machine.
 */

export type Sharing = {
  /** The same text, as an earlier one holds it. */
  readonly text: (value: string) => string;
  /** An equal value that was given before, or this one. For values that JSON can write. */
  readonly part: <T>(value: T) => T;
};

export function makeSharing(): Sharing {
  const texts = new Map<string, string>();
  const parts = new Map<string, unknown>();
  return {
    text: (value) => heldIn(texts, value, value),
    part: <T>(value: T): T => {
      if (value === undefined) return value;
      const key = JSON.stringify(value);
      // Under the key of a value stands what is equal to it.
      return key.length > MOST_CHARS ? value : (heldIn(parts, key, value) as T);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** What is longer quotes something and comes once. */
const MOST_CHARS = 400;
/** Of what comes beyond them nothing is remembered. */
const MOST_PARTS = 50_000;

function heldIn<T>(held: Map<string, T>, key: string, value: T): T {
  const before = held.get(key);
  if (before !== undefined) return before;
  if (held.size < MOST_PARTS) held.set(key, value);
  return value;
}
