/** Values that may be wanted again, the least recently used given up first. */

export type Lru<T> = {
  /** What is kept under the key, or what `load` gives; callers at the same time share one load. */
  get(key: string, load: () => Promise<T>): Promise<T>;
};

/** Keeps at most `size` values; a load that fails is forgotten. */
export function createLru<T>(size: number): Lru<T> {
  const kept = new Map<string, Promise<T>>();
  return {
    get(key, load) {
      const value = kept.get(key) ?? load();
      kept.delete(key);
      kept.set(key, value);
      value.catch(() => kept.delete(key));
      const [oldest] = kept.keys();
      if (kept.size > size && oldest !== undefined) kept.delete(oldest);
      return value;
    },
  };
}
