/**
 * The half-sample bound (Hartigan 1969, typical values): every cluster is in or out by a fair coin.
 *
 *   m* = sum w_c S_c / sum w_c n_c,  w_c in {0, 1};  an empty draw is -Infinity
 *
 * It is the sign-flip test over cluster sums, inverted: flipping the clusters of a draw raises the
 * statistic sum e_c (S_c - theta n_c) to at least its own value just where m* <= theta. Exact for
 * cluster sums that are symmetric about theta n_c, at every number of clusters.
 */
import type { Rng } from "../random.ts";
import { coinsTable } from "./alias.ts";
import { gather } from "./alike.ts";
import type { Clusters } from "./clusters.ts";
import { fillWords, sfcState } from "./sfc.ts";

/**
 * The means of the draws, ascending: all 2^C - 1 that are not empty where these are no more than
 * `resamples`, else so many by chance. No clusters: empty. Same clusters and rng, same bits.
 */
export function halfSampleMeans(clusters: Clusters, resamples: number, rng: Rng): Float64Array {
  const count = clusters.sums.length;
  if (count === 0) return new Float64Array(0);
  return (
    count < 30 && 2 ** count - 1 <= resamples
      ? allSubsets(clusters)
      : drawHalves(clusters, resamples, sfcState(rng))
  ).sort();
}

/** The floor(alpha (B + 1))-th smallest of B ascending means; -Infinity where that rank is 0. */
export function lowerBound(ascending: Float64Array, alpha: number): number {
  const rank = Math.floor(alpha * (ascending.length + 1) + 1e-9);
  return rank < 1 ? -Infinity : (ascending[rank - 1] ?? -Infinity);
}

// ---------------------------------------------------------------------------------------------

function allSubsets({ sums, sizes }: Clusters): Float64Array {
  const all = 2 ** sums.length;
  const [sum, size] = [new Float64Array(all), new Float64Array(all)];
  for (let at = 0; at < sums.length; at++) addElement(sum, size, at, sums[at] ?? 0, sizes[at] ?? 0);
  return Float64Array.from(
    { length: all - 1 },
    (_, at) => (sum[at + 1] ?? 0) / (size[at + 1] ?? 1),
  );
}

/** Fills the second half of subsets of at + 1 elements from the first. */
function addElement(
  sum: Float64Array,
  size: Float64Array,
  at: number,
  value: number,
  count: number,
): void {
  const half = 2 ** at;
  for (let low = 0; low < half; low++) {
    sum[half + low] = (sum[low] ?? 0) + value;
    size[half + low] = (size[low] ?? 0) + count;
  }
}

/** Eight clusters are one step: their 256 subsets are summed once. */
const BLOCK = 8;
const SUBSETS = 2 ** BLOCK;
const UNIT = 1 / 0x1_0000_0000;

/** Draws taken side by side: a block's table is then read while it is near, not once a draw. */
const ABREAST = 512;

function drawHalves(clusters: Clusters, resamples: number, state: Int32Array): Float64Array {
  const { sums, sizes, alike } = gather(clusters, coinsTable);
  const blocks = Math.ceil(sums.length / BLOCK);
  const tables = subsetTables({ sums, sizes }, Math.ceil(blocks / 4) * 4);
  const bytes = Math.ceil(blocks / 4);
  const each = bytes + alike.length;
  const words = new Int32Array(ABREAST * each);
  const drawn = { sums: new Float64Array(ABREAST), sizes: new Float64Array(ABREAST) };
  const means = new Float64Array(resamples);
  for (let start = 0; start < resamples; start += ABREAST) {
    const rounds = Math.min(ABREAST, resamples - start);
    fillWords(rounds === ABREAST ? words : words.subarray(0, rounds * each), state);
    drawn.sums.fill(0);
    drawn.sizes.fill(0);
    addBlocks(drawn, { tables, words, each, blocks, rounds });
    for (let round = 0; round < rounds; round++) {
      let sum = drawn.sums[round] ?? 0;
      let size = drawn.sizes[round] ?? 0;
      for (let at = 0; at < alike.length; at++) {
        const group = alike[at];
        if (group === undefined) continue;
        const { prob, alias, low } = group.table;
        const place = ((words[round * each + bytes + at] ?? 0) >>> 0) * UNIT * prob.length;
        const slot = place | 0;
        const weight = low + (place - slot < (prob[slot] ?? 0) ? slot : (alias[slot] ?? 0));
        sum += weight * group.sum;
        size += weight * group.size;
      }
      means[start + round] = size === 0 ? -Infinity : sum / size;
    }
  }
  return means;
}

type Abreast = {
  readonly tables: Float64Array;
  /** Random words, `each` a draw: a byte a block, then a word a group of likes. */
  readonly words: Int32Array;
  readonly each: number;
  readonly blocks: number;
  readonly rounds: number;
};

/** Adds a random subset of every block to the sums and sizes of draws side by side, four blocks at a time. */
function addBlocks(
  { sums, sizes }: { readonly sums: Float64Array; readonly sizes: Float64Array },
  { tables, words, each, blocks, rounds }: Abreast,
): void {
  for (let four = 0; four * 4 < blocks; four++) {
    const a = four * 4 * SUBSETS * 2;
    const [b, c, d] = [a + SUBSETS * 2, a + SUBSETS * 4, a + SUBSETS * 6];
    for (let round = 0; round < rounds; round++) {
      const word = words[round * each + four] ?? 0;
      const one = a + ((word & 255) << 1);
      const two = b + (((word >>> 8) & 255) << 1);
      const three = c + (((word >>> 16) & 255) << 1);
      const last = d + ((word >>> 24) << 1);
      sums[round] =
        (sums[round] ?? 0) +
        (tables[one] ?? 0) +
        (tables[two] ?? 0) +
        (tables[three] ?? 0) +
        (tables[last] ?? 0);
      sizes[round] =
        (sizes[round] ?? 0) +
        (tables[one + 1] ?? 0) +
        (tables[two + 1] ?? 0) +
        (tables[three + 1] ?? 0) +
        (tables[last + 1] ?? 0);
    }
  }
}

/** [sum, size] of every subset of every block, side by side. */
function subsetTables({ sums, sizes }: Clusters, blocks: number): Float64Array {
  const tables = new Float64Array(blocks * SUBSETS * 2);
  const [sum, size] = [new Float64Array(SUBSETS), new Float64Array(SUBSETS)];
  for (let block = 0; block < blocks; block++) {
    for (let at = 0; at < BLOCK; at++) {
      const cluster = block * BLOCK + at;
      addElement(sum, size, at, sums[cluster] ?? 0, sizes[cluster] ?? 0);
    }
    for (let subset = 0; subset < SUBSETS; subset++) {
      tables[(block * SUBSETS + subset) * 2] = sum[subset] ?? 0;
      tables[(block * SUBSETS + subset) * 2 + 1] = size[subset] ?? 0;
    }
  }
  return tables;
}
