/** How sure a share is. */

/**
 * Wilson's score interval at 95 % for `right` of `rows`; both ends 0..1. [0, 1] for no rows.
 * E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927.
 */
export function wilsonInterval(right: number, rows: number): readonly [number, number] {
  if (rows === 0) return [0, 1];
  const z = 1.959964;
  const share = right / rows;
  const scale = 1 + (z * z) / rows;
  const middle = (share + (z * z) / (2 * rows)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / rows + (z * z) / (4 * rows * rows));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** "0.93 [0.88, 0.96]"; "-" for no rows. */
export function shareText(right: number, rows: number): string {
  if (rows === 0) return "-";
  const [low, high] = wilsonInterval(right, rows);
  return `${(right / rows).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}
