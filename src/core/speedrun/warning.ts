/** The loud word before a benchmark's test instances become training data. */
import { isBenchmarkInstance } from "../sample/benchmarks.ts";

/**
 * Lines to print before anything is written; [] when no id is an instance of SWE-bench Lite or
 * Verified. `ids`: the instance ids of the rows, repeated ones counted once.
 */
export function benchmarkWarning(ids: Iterable<string>): readonly string[] {
  const unique = new Set(ids);
  const hits = [...unique].filter(isBenchmarkInstance);
  if (hits.length === 0) return [];
  const shown = hits.sort().slice(0, 3).join(", ");
  return [
    "!!! WARNING: benchmark test instances are about to become training data !!!",
    `!!! ${hits.length} of ${unique.size} instances are in SWE-bench Lite or Verified (${shown}${hits.length > 3 ? ", ..." : ""}).`,
    "!!! A model trained on them cannot be measured on these benchmarks any more.",
  ];
}
