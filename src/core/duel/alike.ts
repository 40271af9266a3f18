/**
 * Clusters that are alike (same sum, same size) are drawn together: of k likes the number drawn is one
 * draw from a table instead of k.
 */
import type { AliasTable } from "./alias.ts";
import type { Clusters } from "./clusters.ts";

export type Alike = { readonly sum: number; readonly size: number; readonly table: AliasTable };

/** Clusters are drawn together from so many alike on. */
const ALIKE_MIN = 8;
/** In the unit of the gate's values, 1e-6 of a score's share. */
const SNAP = 50;

/** Clusters by kind: those with many likes as groups, the others each for itself. */
export function gather(
  { sums, sizes }: Clusters,
  tableOf: (times: number) => AliasTable,
): Clusters & { readonly alike: readonly Alike[] } {
  const kinds = new Map<string, { sum: number; size: number; times: number }>();
  for (let at = 0; at < sums.length; at++) {
    const sum = sums[at] ?? 0;
    const size = sizes[at] ?? 0;
    // Scores are rounded to 4 decimals, so sums of the same votes differ by a few millionths.
    const name = `${Math.round(sum / SNAP)}/${size}`;
    const kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, { sum, size, times: 1 });
    else kind.times++;
  }
  const tables = new Map<number, AliasTable>();
  const alike: Alike[] = [];
  const single: { sum: number; size: number }[] = [];
  for (const { sum, size, times } of kinds.values()) {
    if (times < ALIKE_MIN) {
      for (let copy = 0; copy < times; copy++) single.push({ sum, size });
      continue;
    }
    const table = tables.get(times) ?? tableOf(times);
    tables.set(times, table);
    alike.push({ sum, size, table });
  }
  return {
    sums: Float64Array.from(single, ({ sum }) => sum),
    sizes: Float64Array.from(single, ({ size }) => size),
    alike,
  };
}
