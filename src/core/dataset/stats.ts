/** dataset_stats.json: what was read, kept and left out, and how large the result is. */
import type { NumberList } from "./row-index.ts";

export type TokenStats = {
  /** True when a tokenizer counted; false: four characters a token. */
  readonly exact: boolean;
  readonly total: number;
  readonly mean: number;
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

/** Nearest-rank percentiles (rank ⌈p·n⌉); all 0 for no rows. */
export function tokenStats(tokens: NumberList, exact: boolean): TokenStats {
  const sorted = new Uint32Array(tokens.length);
  let total = 0;
  for (let row = 0; row < tokens.length; row++) {
    sorted[row] = tokens.at(row);
    total += tokens.at(row);
  }
  sorted.sort();
  const rank = (p: number): number => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;
  return {
    exact,
    total,
    mean: sorted.length === 0 ? 0 : Math.round((total / sorted.length) * 10) / 10,
    min: sorted[0] ?? 0,
    median: rank(0.5),
    p90: rank(0.9),
    p95: rank(0.95),
    p99: rank(0.99),
    max: sorted.at(-1) ?? 0,
  };
}

export type Counter = {
  add(name: string): void;
  addAll(counts: Readonly<Record<string, number>>): void;
  /** Highest first, then by name. */
  counts(): Record<string, number>;
  total(): number;
};

export function counter(): Counter {
  const counts = new Map<string, number>();
  return {
    add(name) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    addAll(more) {
      for (const [name, n] of Object.entries(more)) counts.set(name, (counts.get(name) ?? 0) + n);
    },
    counts: () =>
      Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))),
    total: () => [...counts.values()].reduce((sum, n) => sum + n, 0),
  };
}

/** Reasons as lines of a table: "  12  unknown_category". */
export function reasonTable(counts: Readonly<Record<string, number>>): string {
  const width = Math.max(...Object.values(counts).map((n) => String(n).length), 1);
  return Object.entries(counts)
    .map(([reason, n]) => `  ${String(n).padStart(width)}  ${reason}`)
    .join("\n");
}
