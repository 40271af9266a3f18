/** Seeded chance: every draw in the product comes from here, so that a seed gives the same bytes. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { sha256Hex } from "./turn/hash.ts";

/** Uniform in [0, 1). */
export type Rng = () => number;

/** A generator for a seed and a purpose; two purposes give independent streams. */
export function seededRng(seed: number, purpose: string): Rng {
  const generator = xoroshiro128plus(
    Number.parseInt(sha256Hex(`${seed}/${purpose}`).slice(0, 8), 16) | 0,
  );
  return () => {
    const high = (generator.next() >>> 0) >>> 5;
    const low = (generator.next() >>> 0) >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  };
}

/** Uniform whole number in [0, bound). */
export function randomIndex(rng: Rng, bound: number): number {
  return Math.floor(rng() * bound);
}
