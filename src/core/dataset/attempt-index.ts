/** Which kept attempts belong to which issue: a linked list in typed arrays, in the order of the log. */
import { isBenchmarkInstance } from "../sample/benchmarks.ts";
import { numberList } from "./row-index.ts";

export type AttemptIndex = {
  /** The next kept attempt belongs to this issue. */
  add(instanceId: string): void;
  /** Attempt numbers (from 0) of each issue, issues in the order they were met. */
  instances(): Generator<readonly number[]>;
  /** Issues that are problems of a public benchmark. */
  benchmarks(): number;
};

export function attemptIndex(): AttemptIndex {
  const idOf = new Map<string, number>();
  const instanceOf = numberList();
  let benchmarks = 0;
  return {
    add(instanceId) {
      const known = idOf.get(instanceId);
      if (known === undefined && isBenchmarkInstance(instanceId)) benchmarks++;
      if (known === undefined) idOf.set(instanceId, idOf.size);
      instanceOf.push(known ?? idOf.size - 1);
    },
    *instances() {
      const heads = new Int32Array(idOf.size).fill(-1);
      const next = new Int32Array(instanceOf.length).fill(-1);
      // From the end, so that each list comes out in the order of the log.
      for (let row = instanceOf.length - 1; row >= 0; row--) {
        const instance = instanceOf.at(row);
        next[row] = heads[instance] ?? -1;
        heads[instance] = row;
      }
      for (const head of heads) {
        const rows: number[] = [];
        for (let row = head; row >= 0; row = next[row] ?? -1) rows.push(row);
        yield rows;
      }
    },
    benchmarks: () => benchmarks,
  };
}
