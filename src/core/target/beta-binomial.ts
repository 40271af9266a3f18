/** How many of the next n turns succeed, when the share is known from a successes and b failures alone. */

/**
 * P(X >= k), X beta-binomial over n trials with a Beta(a, b) share; n, k whole, a, b >= 1.
 * From the mode outwards, as long as a term counts: some standard deviations of terms, not n of them.
 */
export function chanceOf(k: number, n: number, a: number, b: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  const mode = modeOf(n, a, b);
  // Weights are those of p(x) over p(mode): p(x + 1) / p(x) = (n - x) / (x + 1) (x + a) / (n - x - 1 + b).
  let [below, above] = mode < k ? [1, 0] : [0, 1];
  for (let x = mode, weight = 1; x < n && weight > NOTHING; x++) {
    weight *= ((n - x) / (x + 1)) * ((x + a) / (n - x - 1 + b));
    if (x + 1 < k) below += weight;
    else above += weight;
  }
  for (let x = mode, weight = 1; x > 0 && weight > NOTHING; x--) {
    weight *= (x / (n - x + 1)) * ((n - x + b) / (x - 1 + a));
    if (x - 1 < k) below += weight;
    else above += weight;
  }
  return above / (below + above);
}

// ---------------------------------------------------------------------------------------------

/** Of the mode's probability; what lies beyond adds less than the sum is rounded by. */
const NOTHING = 1e-20;

/** Where p(x + 1) stops to be above p(x): n (a - 1) + 1 - b = x (a + b - 2). */
function modeOf(n: number, a: number, b: number): number {
  if (a + b <= 2) return 0;
  const at = Math.floor((n * (a - 1) + 1 - b) / (a + b - 2)) + 1;
  return Math.min(n, Math.max(0, at));
}
