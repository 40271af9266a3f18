/**
 * The cluster bootstrap of a mean: whole clusters are resampled, since turns of one instance are not
 * independent. Instead of drawing turns, every cluster gets a weight (how often it was drawn), so a
 * resample costs one step a cluster and not one a turn.
 *
 *   mean of a resample = sum(w_c S_c) / sum(w_c n_c),  S_c: sum, n_c: size of cluster c
 *
 * Weights: multinomial (C draws with replacement) up to MULTINOMIAL_MAX clusters; beyond, independent
 * Poisson(1) weights, the limit of the multinomial ones (Hanley & MacGibbon 2006; Owen & Eckles 2012),
 * which need no index to be drawn.
 */
import type { Rng } from "../random.ts";

export type Clusters = {
  /** Sum of the values of each cluster. */
  readonly sums: Float64Array;
  /** Number of values of each cluster, at least 1. */
  readonly sizes: Float64Array;
};

/** Values by cluster; clusters in order of their names, so that the order of turns does not matter. */
export function clustersOf(
  turns: readonly { readonly cluster: string; readonly value: number }[],
): Clusters {
  const found = new Map<string, { sum: number; size: number }>();
  for (const { cluster, value } of turns) {
    const entry = found.get(cluster);
    if (entry === undefined) found.set(cluster, { sum: value, size: 1 });
    else {
      entry.sum += value;
      entry.size++;
    }
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return {
    sums: Float64Array.from(sorted, (entry) => entry.sum),
    sizes: Float64Array.from(sorted, (entry) => entry.size),
  };
}

/** Means of `resamples` resamples, ascending. No clusters: empty. Same clusters and rng, same bits. */
export function bootstrapMeans(clusters: Clusters, resamples: number, rng: Rng): Float64Array {
  if (clusters.sums.length === 0) return new Float64Array(0);
  const seed = Int32Array.from({ length: 4 }, () => Math.floor(rng() * 0x1_0000_0000) | 0);
  const means =
    clusters.sums.length <= MULTINOMIAL_MAX
      ? drawMultinomial(clusters, resamples, seed)
      : drawPoisson(clusters, resamples, seed);
  return means.sort();
}

/**
 * The one-sided lower bound: the ceil(alpha x B)-th smallest of B ascending means. NaN for none.
 * `alpha` in (0, 0.5).
 */
export function lowerQuantile(means: Float64Array, alpha: number): number {
  return means[Math.max(0, Math.ceil(alpha * means.length) - 1)] ?? Number.NaN;
}

// ---------------------------------------------------------------------------------------------

const MULTINOMIAL_MAX = 50;
/** Clusters that are alike (same sum and size) are drawn together from so many on. */
const ALIKE_MIN = 8;

/** 2^-32 */
const UNIT = 1 / 0x1_0000_0000;

// The generator (sfc32, Chris Doty-Humphrey's PractRand) is written out in both loops: calling one
// through a closure costs more than the rest of the loop.

function drawMultinomial(
  { sums, sizes }: Clusters,
  resamples: number,
  seed: Int32Array,
): Float64Array {
  const count = sums.length;
  const means = new Float64Array(resamples);
  let [a = 0, b = 0, c = 0, d = 1] = seed;
  const scale = count * UNIT;
  for (let round = 0; round < resamples; round++) {
    let sum = 0;
    let size = 0;
    for (let draw = 0; draw < count; draw++) {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      const index = ((t >>> 0) * scale) | 0;
      sum += sums[index] ?? 0;
      size += sizes[index] ?? 0;
    }
    means[round] = sum / size;
  }
  return means;
}

/**
 * Poisson(1) in 256ths: mean and variance are exactly 1, the third moment 4.98 for 5. One random
 * word gives four weights.
 */
const POISSON_256 = Uint8Array.from(
  [94, 95, 46, 16, 4, 1].flatMap((times, weight) => Array.from({ length: times }, () => weight)),
);

function drawPoisson(clusters: Clusters, resamples: number, seed: Int32Array): Float64Array {
  const { sums, sizes, alike } = gather(clusters);
  const count = sums.length;
  const means = new Float64Array(resamples);
  const weights = POISSON_256;
  let [a = 0, b = 0, c = 0, d = 1] = seed;
  for (let round = 0; round < resamples;) {
    let sum = 0;
    let size = 0;
    let sum2 = 0;
    let size2 = 0;
    for (let at = 0; at < count; at += 4) {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      const w0 = weights[t & 255] ?? 0;
      const w1 = weights[(t >>> 8) & 255] ?? 0;
      const w2 = weights[(t >>> 16) & 255] ?? 0;
      const w3 = weights[t >>> 24] ?? 0;
      sum += w0 * (sums[at] ?? 0) + w1 * (sums[at + 1] ?? 0);
      size += w0 * (sizes[at] ?? 0) + w1 * (sizes[at + 1] ?? 0);
      sum2 += w2 * (sums[at + 2] ?? 0) + w3 * (sums[at + 3] ?? 0);
      size2 += w2 * (sizes[at + 2] ?? 0) + w3 * (sizes[at + 3] ?? 0);
    }
    for (const group of alike) {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      const { prob, alias, low } = group.table;
      const place = (t >>> 0) * UNIT * prob.length;
      const slot = place | 0;
      const weight = low + (place - slot < (prob[slot] ?? 0) ? slot : (alias[slot] ?? 0));
      sum += weight * group.sum;
      size += weight * group.size;
    }
    if (size + size2 === 0) continue; // All weights 0: no resample at all.
    means[round++] = (sum + sum2) / (size + size2);
  }
  return means;
}

type Alike = { readonly sum: number; readonly size: number; readonly table: AliasTable };

/** Clusters by kind: those that have many likes as groups, the others padded to a multiple of four. */
function gather({ sums, sizes }: Clusters): Clusters & { readonly alike: readonly Alike[] } {
  const kinds = new Map<string, { sum: number; size: number; times: number }>();
  for (let at = 0; at < sums.length; at++) {
    const sum = sums[at] ?? 0;
    const size = sizes[at] ?? 0;
    const kind = kinds.get(`${sum}/${size}`);
    if (kind === undefined) kinds.set(`${sum}/${size}`, { sum, size, times: 1 });
    else kind.times++;
  }
  const tables = new Map<number, AliasTable>();
  const alike: Alike[] = [];
  const single: { sum: number; size: number }[] = [];
  for (const kind of kinds.values()) {
    if (kind.times < ALIKE_MIN) {
      for (let copy = 0; copy < kind.times; copy++) single.push(kind);
      continue;
    }
    const table = tables.get(kind.times) ?? poissonTable(kind.times);
    tables.set(kind.times, table);
    alike.push({ sum: kind.sum, size: kind.size, table });
  }
  const padded = Math.ceil(single.length / 4) * 4;
  const flat = { sums: new Float64Array(padded), sizes: new Float64Array(padded) };
  for (const [at, { sum, size }] of single.entries()) {
    flat.sums[at] = sum;
    flat.sizes[at] = size;
  }
  return { ...flat, alike };
}

/** Walker's alias table: one random number gives a draw, in constant time. */
type AliasTable = {
  readonly prob: Float64Array;
  readonly alias: Int32Array;
  /** The value of slot 0. */
  readonly low: number;
};

/** Poisson(mean): the sum of `mean` weights of Poisson(1). Cut off 8 standard deviations away. */
function poissonTable(mean: number): AliasTable {
  const reach = 8 * Math.sqrt(mean) + 8;
  const low = Math.max(0, Math.floor(mean - reach));
  const slots = Math.ceil(mean + reach) - low + 1;
  const logs = Float64Array.from({ length: slots }, () => 0);
  // Relative to the mode, by the ratio of neighbours: p(k) / p(k-1) = mean / k.
  const mode = mean - low;
  for (let at = mode + 1; at < slots; at++)
    logs[at] = (logs[at - 1] ?? 0) + Math.log(mean / (low + at));
  for (let at = mode - 1; at >= 0; at--)
    logs[at] = (logs[at + 1] ?? 0) + Math.log((low + at + 1) / mean);
  const shares = logs.map(Math.exp);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const prob = shares.map((share) => (share / total) * slots);
  const alias = new Int32Array(slots);
  const small: number[] = [];
  const large: number[] = [];
  for (let at = 0; at < slots; at++) ((prob[at] ?? 0) < 1 ? small : large).push(at);
  for (let less = small.pop(); less !== undefined; less = small.pop()) {
    const more = large.pop();
    if (more === undefined) {
      prob[less] = 1;
      continue;
    }
    alias[less] = more;
    prob[more] = (prob[more] ?? 0) + (prob[less] ?? 0) - 1;
    ((prob[more] ?? 0) < 1 ? small : large).push(more);
  }
  for (const at of large) prob[at] = 1;
  return { prob, alias, low };
}
