/**
 * Which turns become rows, and which groups are set aside for the eval set. Decided by seeded hashes
 * of names, so that neither the order of reading nor another source changes what is taken.
 */
import { sha256Hex } from "../turn/hash.ts";

/** A turn that could be taken, small enough to keep thousands of. */
export type TurnRef = {
  /** Index of the rollout in its source. */
  readonly rollout: number;
  readonly at: number;
  readonly group: string;
  readonly instance_id: string;
  /** The run resolved its instance. */
  readonly resolved: boolean;
  /** Draw order: the smallest are taken. */
  readonly rank: string;
};

/** 16 hex digits that put a name at a seeded random place. */
export function rankOf(seed: number, ...names: readonly (string | number)[]): string {
  return sha256Hex(`${seed}/${names.join("/")}`).slice(0, 16);
}

/** Keeps the `cap` smallest ranks of what is offered; memory of at most twice the cap. */
export function smallest(cap: number): { offer(ref: TurnRef): void; taken(): TurnRef[] } {
  let held: TurnRef[] = [];
  const cut = (): void => {
    held = held.sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, cap);
  };
  return {
    offer(ref) {
      held.push(ref);
      if (held.length >= 2 * cap + 16) cut();
    },
    taken() {
      cut();
      return held;
    },
  };
}

/** Those over the limit, by rank: the smallest stay. */
export function beyond(refs: readonly TurnRef[], limit: number): ReadonlySet<TurnRef> {
  return new Set([...refs].sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(limit));
}

/**
 * Groups for eval: in seeded order, those that together hold no more than `fraction` of the turns;
 * where even the smallest holds more, that one. Never all of them, and none of a single one.
 */
export function evalGroups(
  turnsByGroup: ReadonlyMap<string, number>,
  fraction: number,
  seed: number,
): ReadonlySet<string> {
  const chosen = new Set<string>();
  if (fraction === 0 || turnsByGroup.size < 2) return chosen;
  const total = [...turnsByGroup.values()].reduce((sum, n) => sum + n, 0);
  const order = [...turnsByGroup]
    .map(([group, turns]) => ({ group, turns, rank: rankOf(seed, "eval", group) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  let left = Math.round(fraction * total);
  for (const { group, turns } of order) {
    if (turns > left || chosen.size === order.length - 1) continue;
    chosen.add(group);
    left -= turns;
  }
  const smallestOf = order.toSorted((a, b) => a.turns - b.turns)[0];
  if (chosen.size === 0 && smallestOf !== undefined) chosen.add(smallestOf.group);
  return chosen;
}
