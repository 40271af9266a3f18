/** The standard normal distribution: tail and quantile, to 1e-7 and better. */

/** P(Z > z), by the continued fraction and series of the complementary error function. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  if (z < 3) {
    // Marsaglia 2004: phi(z) (z + z^3/3 + z^5/15 + ...) is the part between 0 and z.
    let term = z;
    let sum = z;
    for (let odd = 3; odd < 200 && term > 1e-17 * sum; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - sum * density(z);
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / (z + fraction);
  return density(z) / (z + fraction);
}

/** z with P(Z > z) = alpha; alpha in (0, 1). */
export function normalUpper(alpha: number): number {
  let low = -40;
  let high = 40;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
