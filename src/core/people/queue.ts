/**
 * The queue that people are asked: turns drawn with known probabilities, stratified by the panel's
 * score, so that the rare clear ones come up as often as the many draws. Its order is random over all
 * strata: every prefix is a valid sample.
 */
import type { Queue } from "../../records/queue.ts";
import { randomIndex, type Rng } from "../random.ts";

export type QueueTurn = {
  readonly file: string;
  readonly pair_hash: string;
  /** 0..100 */
  readonly score: number;
};

/** Lower ends of the strata: king clearly, king, about a draw, challenger, challenger clearly. */
const STRATA = [0, 35, 47.5, 52.5, 65] as const;

/** @param n turns wanted; all of them where there are no more */
export function drawQueue(turns: readonly QueueTurn[], n: number, rng: Rng): Queue["turns"] {
  const strata = new Map<number, QueueTurn[]>();
  for (const turn of [...turns].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const stratum = stratumOf(turn.score);
    strata.set(stratum, [...(strata.get(stratum) ?? []), turn]);
  }
  const shares = sharesOf(new Map([...strata].map(([name, all]) => [name, all.length])), n);
  const drawn = [...strata].flatMap(([stratum, all]) => {
    const take = shares.get(stratum) ?? 0;
    return shuffled(all, rng)
      .slice(0, take)
      .map(({ file, pair_hash }) => ({ file, pair_hash, stratum, probability: take / all.length }));
  });
  return shuffled(drawn, rng);
}

/** The stratum of a score, named by its lower end. */
export function stratumOf(score: number): number {
  return STRATA.findLast((low) => score >= low) ?? 0;
}

// ---------------------------------------------------------------------------------------------

/** As even as the strata's sizes allow; what a small one cannot take goes to the others. */
function sharesOf(sizes: ReadonlyMap<number, number>, n: number): ReadonlyMap<number, number> {
  const shares = new Map<number, number>();
  let left = n;
  const bySize = [...sizes].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  for (const [index, [stratum, size]] of bySize.entries()) {
    const take = Math.min(size, Math.floor(left / (bySize.length - index)));
    shares.set(stratum, take);
    left -= take;
  }
  return shares;
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = randomIndex(rng, at + 1);
    const [a, b] = [order[at], order[other]];
    if (a !== undefined && b !== undefined) [order[at], order[other]] = [b, a];
  }
  return order;
}
