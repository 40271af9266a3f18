/**
 * The first split shows every type that the set has: a loader takes the types of all splits from it. A
 * group that alone has calls, results or thoughts goes there, whatever the draw says.
 */
import type { NumberList, RowIndex } from "./row-index.ts";
import type { SplitPlan } from "./split.ts";

export type Shown = {
  readonly index: RowIndex;
  readonly mergedOf: Uint32Array;
  /** What each row's messages carry (`shapeBits`). */
  readonly shapes: NumberList;
  /** Of each format, the bytes of each row's line; 0: it is not in it. */
  readonly lengths: readonly NumberList[];
};

/** The plan, with as few groups moved to the first split as show all types there. */
export function showTypes(plan: SplitPlan, shown: Shown): SplitPlan {
  const moved = new Set<number>();
  for (const lengths of shown.lengths) {
    const bitsOf = groupBits(shown, lengths);
    const isFirst = (group: number): boolean =>
      (plan.splitOf.get(group) ?? 0) === 0 || moved.has(group);
    for (;;) {
      let have = 0;
      let all = 0;
      for (const [group, bits] of bitsOf) {
        all |= bits;
        if (isFirst(group)) have |= bits;
      }
      const missing = all & ~have;
      if (missing === 0) break;
      const next = [...bitsOf]
        .filter(([group, bits]) => !isFirst(group) && (bits & missing) !== 0)
        .sort(([a], [b]) => a - b)[0];
      if (next === undefined) break;
      moved.add(next[0]);
    }
  }
  return moved.size === 0 ? plan : withMoved(plan, moved, shown);
}

// ---------------------------------------------------------------------------------------------

function groupBits({ index, mergedOf, shapes }: Shown, lengths: NumberList): Map<number, number> {
  const bitsOf = new Map<number, number>();
  for (let row = 0; row < lengths.length; row++) {
    if (lengths.at(row) === 0) continue;
    const group = mergedOf[index.groupOf.at(row)] ?? 0;
    bitsOf.set(group, (bitsOf.get(group) ?? 0) | shapes.at(row));
  }
  return bitsOf;
}

function withMoved(
  plan: SplitPlan,
  moved: ReadonlySet<number>,
  { index, mergedOf }: Shown,
): SplitPlan {
  const splitOf = new Map(plan.splitOf);
  for (const group of moved) splitOf.set(group, 0);
  const sizes = plan.names.map(() => 0);
  for (let row = 0; row < index.rows; row++) {
    const split = splitOf.get(mergedOf[index.groupOf.at(row)] ?? 0) ?? 0;
    sizes[split] = (sizes[split] ?? 0) + 1;
  }
  const names = [...moved].map((group) => index.groups[group] ?? "").join(", ");
  const note = `${names} went to ${plan.names[0] ?? ""}, whatever the draw said: loaders learn the types of calls from its rows`;
  return { ...plan, splitOf, sizes, notes: [...plan.notes, note] };
}
