/**
 * Which merged group goes to which split: by a seeded order, so that the same rows and seed give the
 * same files, each split filled to within one merged group of what was asked.
 */
import { sha256Hex } from "../turn/hash.ts";
import type { RowIndex } from "./row-index.ts";
import type { Merged } from "./merge.ts";
import { rowWords, type FormatRows, type RowWords } from "./split-rows.ts";

/** `fraction` of all rows, 0..1; the first split of a set takes what the others leave. */
export type SplitAsked = {
  readonly name: string;
  readonly fraction: number;
  /** False: its rows are kept out of the set, and stand in no file. @default true */
  readonly isWritten?: boolean;
};

/** In `splitOf` for what stands in no file. */
export const HELD_OUT = -1;

export type SplitPlan = {
  /** Merged group id -> index in `names`, or HELD_OUT. */
  readonly splitOf: ReadonlyMap<number, number>;
  /** The first split, then the asked ones that are written. */
  readonly names: readonly string[];
  /** Rows of each. */
  readonly sizes: readonly number[];
  /** Rows of splits that are not written, by their name. */
  readonly heldOut: Readonly<Record<string, number>>;
  /** What was done where the fractions could not be met, a sentence each. */
  readonly notes: readonly string[];
};

type Asked = {
  readonly first: string;
  readonly others: readonly SplitAsked[];
  readonly seed: number;
  /** Where there are several: what is said of rows is said of each. */
  readonly formats?: readonly FormatRows[];
};

/**
 * Plans the splits. A group is taken by the first split that it does not overfill; a split that
 * stays empty although rows were asked for gets the smallest group left, so long as two groups are
 * left: its size is then off by less than that group.
 */
export function planSplits(index: RowIndex, merged: Merged, asked: Asked): SplitPlan {
  const words = rowWords(index, merged, asked.formats ?? []);
  const groups = seededOrder(sizesOf(index, merged), index.groups, asked.seed);
  const names = [asked.first, ...asked.others.map((split) => split.name)];
  const targets = asked.others.map((split) => Math.round(split.fraction * index.rows));
  const splitOf = new Map<number, number>();
  const sizes = names.map(() => 0);
  const give = (group: Group, split: number): void => {
    splitOf.set(group.id, split);
    sizes[split] = (sizes[split] ?? 0) + group.rows;
  };
  const all = groups.map(({ id }) => id);
  const left: Group[] = [];
  for (const group of groups) {
    const split = targets.findIndex((target, at) => (sizes[at + 1] ?? 0) + group.rows <= target);
    if (split >= 0) give(group, split + 1);
    else left.push(group);
  }
  const notes = asked.others.flatMap(({ name, fraction }, at) => {
    if (fraction === 0)
      return [`${name} was asked to be empty (fraction 0): all rows are in ${asked.first}`];
    if ((sizes[at + 1] ?? 0) > 0 || index.rows === 0) return [];
    const smallest = left.toSorted((a, b) => a.rows - b.rows)[0];
    if (smallest === undefined || left.length < 2) {
      return [
        `${name} is empty: all ${words.of(all)} are in one group (${nameOf(index, smallest)}), and a group is never split`,
      ];
    }
    left.splice(left.indexOf(smallest), 1);
    give(smallest, at + 1);
    return [
      `${name} has ${words.of([smallest.id])} where ${words.share(fraction)} were asked for: its smallest group (${nameOf(index, smallest)}) is as large, and a group is never split`,
    ];
  });
  for (const group of left) give(group, 0);
  if (sizes[0] === 0 && index.rows > 0)
    notes.push(`${asked.first} is empty: the other splits were asked to take everything`);
  const plan = { splitOf, names, sizes, notes };
  const more = oversized(groups, index, { plan, targets, asked, words });
  return written({ ...plan, notes: [...notes, ...more] }, asked.others, words);
}

// ---------------------------------------------------------------------------------------------

/** The plan without the splits that are not written. */
function written(
  plan: Omit<SplitPlan, "heldOut">,
  others: readonly SplitAsked[],
  words: RowWords,
): SplitPlan {
  const isWritten = (at: number): boolean => at === 0 || others[at - 1]?.isWritten !== false;
  const kept = plan.names.flatMap((_, at) => (isWritten(at) ? [at] : []));
  const held = plan.names.flatMap((name, at) =>
    isWritten(at) ? [] : [[name, plan.sizes[at] ?? 0] as const],
  );
  return {
    splitOf: new Map([...plan.splitOf].map(([group, at]) => [group, kept.indexOf(at)])),
    names: kept.map((at) => plan.names[at] ?? ""),
    sizes: kept.map((at) => plan.sizes[at] ?? 0),
    heldOut: Object.fromEntries(held.filter(([, rows]) => rows > 0)),
    notes: [
      ...plan.notes,
      ...held.map(
        ([name]) =>
          `${words.of(groupsOf(plan, plan.names.indexOf(name)))} are dealt to ${name}, which is not written`,
      ),
    ],
  };
}

type Group = { readonly id: number; readonly rows: number };

function sizesOf(index: RowIndex, merged: Merged): Group[] {
  const rows = new Map<number, number>();
  for (let row = 0; row < index.rows; row++) {
    const id = merged.mergedOf[index.groupOf.at(row)] ?? 0;
    rows.set(id, (rows.get(id) ?? 0) + 1);
  }
  return [...rows].map(([id, count]) => ({ id, rows: count }));
}

/** By a hash of seed and name: adding a group does not reshuffle the others. */
function seededOrder(groups: readonly Group[], names: readonly string[], seed: number): Group[] {
  return groups
    .map((group) => ({ group, key: sha256Hex(`${seed}/${names[group.id] ?? ""}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ group }) => group);
}

/** A group larger than a split asked for can only be in the first one: the person should know. */
function oversized(
  groups: readonly Group[],
  index: RowIndex,
  {
    plan,
    targets,
    asked,
    words,
  }: {
    readonly plan: Omit<SplitPlan, "heldOut">;
    readonly targets: readonly number[];
    readonly asked: Asked;
    readonly words: RowWords;
  },
): string[] {
  const largest = groups.toSorted((a, b) => b.rows - a.rows)[0];
  if (largest === undefined || groups.length < 2) return [];
  return targets.flatMap((target, at) => {
    if (target === 0 || largest.rows <= target || (plan.sizes[at + 1] ?? 0) >= target) return [];
    const { name = "", fraction = 0 } = asked.others[at] ?? {};
    const [size, have] = [[largest.id], groupsOf(plan, at + 1)].map(words.of);
    return [
      `the largest group (${nameOf(index, largest)}, ${size}) does not fit into ${name} (${words.share(fraction)} asked for): it went to ${asked.first} whole, and ${name} has ${have}`,
    ];
  });
}

const groupsOf = ({ splitOf }: Pick<SplitPlan, "splitOf">, split: number): number[] =>
  [...splitOf].filter(([, at]) => at === split).map(([group]) => group);

const nameOf = (index: RowIndex, group: Group | undefined): string =>
  index.groups[group?.id ?? 0] ?? "";
