/**
 * Turns of different buckets are different turns: what one bucket teaches and another does not may come
 * of its repositories, of early turns, of long histories or of what is done. So each turn of the smallest
 * bucket is matched with one of every other: of the same repository and action type, near in turn and length.
 */

export type Matchable = {
  readonly id: string;
  readonly bucket: string;
  readonly repo: string;
  readonly action: string;
  /** 0-based. */
  readonly turn: number;
  /** Of the history, characters. */
  readonly length: number;
};

/** Farther apart they are no match: turns, and the factor between lengths. */
export const CALIPERS = { turns: 2, length: 2 } as const;

export type Matched = {
  /** Bucket -> ids; the n-th of each are matched. */
  readonly arms: Readonly<Record<string, readonly string[]>>;
  /** Turns without a match, by bucket. */
  readonly left: Readonly<Record<string, number>>;
};

/** Greedy, nearest first; the same whatever order the turns come in. Buckets without turns make no arm. */
export function matchedBuckets(turns: readonly Matchable[]): Matched {
  const byBucket = new Map<string, Matchable[]>();
  for (const one of [...turns].sort((a, b) => byText(a.id, b.id))) {
    byBucket.set(one.bucket, [...(byBucket.get(one.bucket) ?? []), one]);
  }
  const buckets = [...byBucket].sort(([a, x], [b, y]) => x.length - y.length || byText(a, b));
  const [smallest, ...others] = buckets;
  if (smallest === undefined || others.length === 0) {
    return { arms: {}, left: countsOf(buckets, {}) };
  }
  const arms: Record<string, string[]> = Object.fromEntries(buckets.map(([name]) => [name, []]));
  const used = new Set<string>();
  for (const own of smallest[1]) {
    const found = others.map(([name, there]) => ({
      name,
      match: nearest(
        own,
        there.filter(({ id }) => !used.has(id)),
      ),
    }));
    if (found.some(({ match }) => match === null)) continue;
    arms[smallest[0]]?.push(own.id);
    for (const { name, match } of found) {
      if (match === null) continue;
      used.add(match.id);
      arms[name]?.push(match.id);
    }
  }
  return { arms, left: countsOf(buckets, arms) };
}

// ---------------------------------------------------------------------------------------------

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function countsOf(
  buckets: readonly (readonly [string, readonly Matchable[]])[],
  arms: Readonly<Record<string, readonly string[]>>,
): Record<string, number> {
  return Object.fromEntries(
    buckets.map(([name, there]) => [name, there.length - (arms[name]?.length ?? 0)]),
  );
}

function nearest(own: Matchable, there: readonly Matchable[]): Matchable | null {
  let best: { readonly match: Matchable; readonly distance: number } | null = null;
  for (const match of there) {
    const distance = distanceOf(own, match);
    if (distance !== null && (best === null || distance < best.distance))
      best = { match, distance };
  }
  return best?.match ?? null;
}

/** null: no match at all. */
function distanceOf(a: Matchable, b: Matchable): number | null {
  if (a.repo !== b.repo || a.action !== b.action) return null;
  const turns = Math.abs(a.turn - b.turn);
  const length = Math.abs(Math.log2(Math.max(1, a.length) / Math.max(1, b.length)));
  if (turns > CALIPERS.turns || length > Math.log2(CALIPERS.length)) return null;
  return turns / CALIPERS.turns + length / Math.log2(CALIPERS.length);
}
