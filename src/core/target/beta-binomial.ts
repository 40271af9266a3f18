/** How many of the next n turns succeed, when the share is known from a successes and b failures alone. */

/** P(X >= k), X beta-binomial over n trials with a Beta(a, b) share; n, k whole, a, b > 0. */
export function chanceOf(k: number, n: number, a: number, b: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  // p(x + 1) / p(x) = (n - x) / (x + 1) x (x + a) / (n - x - 1 + b), from p(0) upwards, in logarithms.
  let log = 0;
  for (let at = 0; at < n; at++) log += Math.log((b + at) / (a + b + at));
  let below = Math.exp(log);
  for (let x = 0; x + 1 < k; x++) {
    log += Math.log(((n - x) / (x + 1)) * ((x + a) / (n - x - 1 + b)));
    below += Math.exp(log);
  }
  return Math.min(1, Math.max(0, 1 - below));
}
