/** Keeps what was made for the last few inputs: king and challenger share a history and a PR. */

/**
 * Pull requests whose readings are kept: a turn's own, three neighbours', and one more. More of them
 * outlive the turn that they were made for, and moving them about costs more than reading some anew.
 */
export const KEPT_RECORDS = 5;

/**
 * `make`, remembered by the input's identity for the last `size` inputs; with `isSame` for inputs of equal
 * content too, as when a record is read from disk for every turn.
 */
export function rememberRecent<K extends object, V>(
  size: number,
  make: (input: K) => V,
  isSame?: (one: K, other: K) => boolean,
): (input: K) => V {
  const recent = new Map<K, V>();
  return (input) => {
    const known = recent.get(input);
    if (known !== undefined) return known;
    const twin = isSame && [...recent.keys()].find((other) => isSame(input, other));
    const value = (twin && recent.get(twin)) ?? make(input);
    recent.set(input, value);
    for (const oldest of recent.keys()) {
      if (recent.size <= size) break;
      recent.delete(oldest);
    }
    return value;
  };
}
