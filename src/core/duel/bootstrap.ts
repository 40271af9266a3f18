/**
 * The studentized cluster bootstrap of a mean: whole clusters are drawn with replacement, and every
 * draw is measured by its own standard error.
 *
 *   m* = sum w_c S_c / sum w_c n_c,  se* = sqrt(C/(C-1) sum w_c (S_c - m* n_c)^2) / sum w_c n_c
 *   t* = (m* - m) / se*,  bound = m - t*_(1-alpha) se
 *
 * Weights: multinomial (C draws with replacement) up to MULTINOMIAL_MAX clusters; beyond, independent
 * Poisson(1) weights, the limit of the multinomial ones (Hanley & MacGibbon 2006; Owen & Eckles 2012),
 * which need no index to be drawn and let clusters that are alike be drawn together.
 */
import type { Rng } from "../random.ts";
import { poissonTable } from "./alias.ts";
import { gather } from "./alike.ts";
import { meanOf, type Clusters } from "./clusters.ts";
import { fillWords, sfcState } from "./sfc.ts";

export type Resampled = {
  /** Means of the draws, ascending. */
  readonly means: Float64Array;
  /** Studentized, ascending; infinite where a draw holds one kind of cluster alone. */
  readonly ts: Float64Array;
};

/** No clusters: empty. Same clusters and rng, same bits. */
export function bootstrapT(clusters: Clusters, resamples: number, rng: Rng): Resampled {
  const count = clusters.sums.length;
  if (count === 0) return { means: new Float64Array(0), ts: new Float64Array(0) };
  const state = sfcState(rng);
  const drawn =
    count <= MULTINOMIAL_MAX
      ? drawMultinomial(clusters, resamples, state)
      : drawPoisson(clusters, resamples, state);
  return { means: drawn.means.sort(), ts: drawn.ts.sort() };
}

/**
 * The percentile bound: the ceil(alpha x B)-th smallest of B ascending means. NaN for none.
 * `alpha` in (0, 0.5).
 */
export function lowerQuantile(means: Float64Array, alpha: number): number {
  return means[Math.max(0, Math.ceil(alpha * means.length) - 1)] ?? Number.NaN;
}

/** t*_(1-alpha): the floor(alpha (B + 1))-th largest of B ascending values; Infinity where that is 0. */
export function upperT(ts: Float64Array, alpha: number): number {
  const rank = Math.floor(alpha * (ts.length + 1) + 1e-9);
  return rank < 1 ? Infinity : (ts[ts.length - rank] ?? Infinity);
}

// ---------------------------------------------------------------------------------------------

const MULTINOMIAL_MAX = 2000;
/**
 * Weights drawn in all, by index and by Poisson: many clusters that are all different are drawn less
 * often, and no less than LEAST_ROUNDS times.
 */
const MOST_DRAWS = { multinomial: 3_500_000, poisson: 40_000_000 };
const LEAST_ROUNDS = 1500;

const roundsOf = (resamples: number, each: number, most: number): number =>
  Math.min(resamples, Math.max(LEAST_ROUNDS, Math.floor(most / Math.max(1, each))));

/** 2^-32 */
const UNIT = 1 / 0x1_0000_0000;

type Drawn = { readonly means: Float64Array; readonly ts: Float64Array };

/**
 * What a draw sums up of each cluster: n, e = S - m n, e^2, e n, n^2. With d = m* - m the squares about
 * m* are sum w (e - d n)^2 = sum w e^2 - 2 d sum w e n + d^2 sum w n^2.
 */
const FIELDS = 5;

function fieldsOf({ sums, sizes }: Clusters, mean: number): Float64Array {
  const fields = new Float64Array(sums.length * FIELDS);
  for (let at = 0; at < sums.length; at++) {
    const n = sizes[at] ?? 0;
    const e = (sums[at] ?? 0) - mean * n;
    fields.set([n, e, e * e, e * n, n * n], at * FIELDS);
  }
  return fields;
}

function drawMultinomial(clusters: Clusters, resamples: number, state: Int32Array): Drawn {
  const count = clusters.sums.length;
  const mean = meanOf(clusters);
  const fields = fieldsOf(clusters, mean);
  const rounds = roundsOf(resamples, count, MOST_DRAWS.multinomial);
  const drawn = { means: new Float64Array(rounds), ts: new Float64Array(rounds) };
  // The generator is written out: calling one costs more than the rest of the loop.
  let [a = 0, b = 0, c = 0, d = 1] = state;
  const scale = count * UNIT;
  for (let round = 0; round < rounds; round++) {
    let n = 0;
    let e = 0;
    let ee = 0;
    let en = 0;
    let nn = 0;
    for (let draw = 0; draw < count; draw++) {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      const at = (((t >>> 0) * scale) | 0) * FIELDS;
      n += fields[at] ?? 0;
      e += fields[at + 1] ?? 0;
      ee += fields[at + 2] ?? 0;
      en += fields[at + 3] ?? 0;
      nn += fields[at + 4] ?? 0;
    }
    const off = e / n;
    drawn.means[round] = mean + off;
    drawn.ts[round] = studentized({ n, off, squares: ee - 2 * off * en + off * off * nn, count });
  }
  return drawn;
}

type Draw = {
  readonly n: number;
  readonly off: number;
  readonly squares: number;
  readonly count: number;
};

/** Squares that are nothing but rounding count as none. */
function studentized({ n, off, squares, count }: Draw): number {
  if (squares > 1e-9 * n) return off / (Math.sqrt((count / (count - 1)) * squares) / n);
  return Math.abs(off) < 1e-9 ? 0 : off > 0 ? Infinity : -Infinity;
}

/**
 * Poisson(1) in 256ths: mean and variance are exactly 1, the third moment 4.98 for 5. One random
 * word gives four weights.
 */
const POISSON_256 = Uint8Array.from(
  [94, 95, 46, 16, 4, 1].flatMap((times, weight) => Array.from({ length: times }, () => weight)),
);

function drawPoisson(clusters: Clusters, resamples: number, state: Int32Array): Drawn {
  const mean = meanOf(clusters);
  const { alike, ...single } = gather(clusters, poissonTable);
  const fields = fieldsOf(single, mean);
  const kinds = fieldsOf(
    {
      sums: Float64Array.from(alike, ({ sum }) => sum),
      sizes: Float64Array.from(alike, ({ size }) => size),
    },
    mean,
  );
  const count = single.sums.length;
  const bytes = Math.ceil(count / 4);
  const words = new Int32Array(bytes + alike.length);
  const sums = new Float64Array(FIELDS + 1);
  const rounds = roundsOf(resamples, count, MOST_DRAWS.poisson);
  const drawn = { means: new Float64Array(rounds), ts: new Float64Array(rounds) };
  for (let round = 0; round < rounds;) {
    fillWords(words, state);
    sums.fill(0);
    addSingles(sums, fields, words, count);
    for (let at = 0; at < alike.length; at++) {
      const { prob, alias, low } = alike[at]?.table ?? NO_TABLE;
      const place = ((words[bytes + at] ?? 0) >>> 0) * UNIT * prob.length;
      const slot = place | 0;
      const weight = low + (place - slot < (prob[slot] ?? 0) ? slot : (alias[slot] ?? 0));
      for (let field = 0; field < FIELDS; field++) {
        sums[field] = (sums[field] ?? 0) + weight * (kinds[at * FIELDS + field] ?? 0);
      }
      sums[FIELDS] = (sums[FIELDS] ?? 0) + weight;
    }
    const [n = 0, e = 0, ee = 0, en = 0, nn = 0, drawnCount = 0] = sums;
    if (n === 0) continue; // All weights 0: no resample at all.
    const off = e / n;
    drawn.means[round] = mean + off;
    const squares = ee - 2 * off * en + off * off * nn;
    drawn.ts[round++] = studentized({ n, off, squares, count: Math.max(2, drawnCount) });
  }
  return drawn;
}

const NO_TABLE = { prob: new Float64Array(1), alias: new Int32Array(1), low: 0 };

function addSingles(
  sums: Float64Array,
  fields: Float64Array,
  words: Int32Array,
  count: number,
): void {
  let n = 0;
  let e = 0;
  let ee = 0;
  let en = 0;
  let nn = 0;
  let all = 0;
  for (let at = 0; at < count; at++) {
    const w = POISSON_256[((words[at >> 2] ?? 0) >>> ((at & 3) << 3)) & 255] ?? 0;
    const base = at * FIELDS;
    all += w;
    n += w * (fields[base] ?? 0);
    e += w * (fields[base + 1] ?? 0);
    ee += w * (fields[base + 2] ?? 0);
    en += w * (fields[base + 3] ?? 0);
    nn += w * (fields[base + 4] ?? 0);
  }
  sums.set([n, e, ee, en, nn, all]);
}
