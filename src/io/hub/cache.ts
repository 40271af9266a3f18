/** Bytes that were read and may be wanted again, the least recently used given up first. */

export type ByteCache = {
  /** What is kept under the key, or what `load` gives; callers at the same time share one load. */
  get(key: string, load: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>>;
};

export function createByteCache(maxBytes: number): ByteCache {
  const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  const sizes = new Map<string, number>();
  let total = 0;
  const drop = (key: string): void => {
    kept.delete(key);
    total -= sizes.get(key) ?? 0;
    sizes.delete(key);
  };
  return {
    async get(key, load) {
      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known);
        return known;
      }
      const loading = load();
      kept.set(key, loading);
      try {
        const bytes = await loading;
        sizes.set(key, bytes.length);
        total += bytes.length;
        for (const oldest of kept.keys()) {
          if (total <= maxBytes || oldest === key) break;
          if (sizes.has(oldest)) drop(oldest);
        }
        return bytes;
      } catch (error) {
        drop(key);
        throw error;
      }
    },
  };
}
