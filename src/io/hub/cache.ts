/** Values that may be wanted again, the least recently used given up first. */

export type Lru<T> = {
  /** What is kept under the key, or what `load` gives; callers at the same time share one load. */
  get(key: string, load: () => Promise<T>): Promise<T>;
};

/**
 * Keeps values up to `size` in all, each as heavy as `weightOf` says (by default 1: a number of values);
 * a value weighs nothing until it is loaded. A load that fails is forgotten.
 */
export function createLru<T>(size: number, weightOf: (value: T) => number = () => 1): Lru<T> {
  type Entry = { readonly value: Promise<T>; weight: number };
  const kept = new Map<string, Entry>();
  let total = 0;

  const drop = (key: string, entry: Entry): void => {
    // It may have been given up, and loaded anew, since.
    if (kept.get(key) !== entry) return;
    kept.delete(key);
    total -= entry.weight;
  };
  const load = (key: string, loading: Promise<T>): Entry => {
    const entry: Entry = { value: loading, weight: 0 };
    loading.then(
      (value) => {
        if (kept.get(key) !== entry) return;
        entry.weight = weightOf(value);
        total += entry.weight;
        for (const [oldest, other] of kept) {
          if (total <= size) break;
          // Those that are still on their way weigh nothing, and somebody waits for them.
          if (other.weight > 0) drop(oldest, other);
        }
      },
      () => drop(key, entry),
    );
    return entry;
  };

  return {
    get(key, loadValue) {
      const entry = kept.get(key) ?? load(key, loadValue());
      kept.delete(key);
      kept.set(key, entry);
      return entry.value;
    },
  };
}
