/** Keeps what was made for the last few inputs: king and challenger share a history and a PR. */

/** `make`, remembered by the input's identity for the last `size` inputs. */
export function rememberRecent<K extends object, V>(
  size: number,
  make: (input: K) => V,
): (input: K) => V {
  const recent = new Map<K, V>();
  return (input) => {
    const known = recent.get(input);
    if (known !== undefined) return known;
    const value = make(input);
    recent.set(input, value);
    for (const oldest of recent.keys()) {
      if (recent.size <= size) break;
      recent.delete(oldest);
    }
    return value;
  };
}
