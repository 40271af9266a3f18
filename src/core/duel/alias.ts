/** Walker's alias table: one random number gives a draw from a distribution, in constant time. */
export type AliasTable = {
  readonly prob: Float64Array;
  readonly alias: Int32Array;
  /** The value of slot 0. */
  readonly low: number;
};

/** Poisson(mean), mean >= 1: the sum of `mean` weights of Poisson(1). Cut off 8 standard deviations away. */
export function poissonTable(mean: number): AliasTable {
  const reach = 8 * Math.sqrt(mean) + 8;
  const low = Math.max(0, Math.floor(mean - reach));
  // Relative to the mode, by the ratio of neighbours: p(k) / p(k-1) = mean / k.
  return tableOf(low, Math.ceil(mean + reach), mean, (k) => mean / k);
}

/** Binomial(times, 1/2): the sum of `times` fair coins. Cut off 8 standard deviations away. */
export function coinsTable(times: number): AliasTable {
  const reach = 4 * Math.sqrt(times) + 4;
  const low = Math.max(0, Math.floor(times / 2 - reach));
  const high = Math.min(times, Math.ceil(times / 2 + reach));
  return tableOf(low, high, Math.floor(times / 2), (k) => (times - k + 1) / k);
}

// ---------------------------------------------------------------------------------------------

/** @param ratio p(k) / p(k - 1) */
function tableOf(
  low: number,
  high: number,
  mode: number,
  ratio: (k: number) => number,
): AliasTable {
  const slots = high - low + 1;
  const logs = new Float64Array(slots);
  for (let at = mode - low + 1; at < slots; at++) {
    logs[at] = (logs[at - 1] ?? 0) + Math.log(ratio(low + at));
  }
  for (let at = mode - low - 1; at >= 0; at--) {
    logs[at] = (logs[at + 1] ?? 0) - Math.log(ratio(low + at + 1));
  }
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
