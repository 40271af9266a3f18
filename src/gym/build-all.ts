/** Tasks from many packages, some at a time. */
import type { GymPackage } from "../core/tasks/packages.ts";
import type { WhyNone } from "../core/tasks/proof.ts";
import { nearestName } from "../core/text/nearest.ts";
import type { Tally } from "../core/tally.ts";
import { UserError } from "../errors.ts";
import { inParallel } from "../io/in-parallel.ts";
import { buildPackage, type BuildWants, type BuildWorld } from "./build.ts";
import { makeQuota } from "./quota.ts";

export type BuildOrder = Omit<BuildWants, "perPackage"> & {
  /** In all, where the packages give so many; earlier runs may have made more. */
  readonly tasks: number;
  /** Of one package, at most; absent: a little more than an even share. */
  readonly perPackage?: number;
  /** Names; absent: all of them. */
  readonly packages?: readonly string[];
  /** Packages at a time. */
  readonly parallel: number;
};

export type BuiltAll = {
  /** Package -> ids of its tasks, in the order of the list. */
  readonly tasks: ReadonlyMap<string, readonly string[]>;
  /** Those that gave none, in the order of the list. */
  readonly without: readonly (WhyNone & { readonly package: string })[];
  /** Of all runs of tests, those of earlier runs of the command included. */
  readonly cpuSeconds: number;
};

/**
 * Builds in the order of the list until there are enough tasks.
 * Every fault that was tried, and every package without tasks, is counted in `tally`.
 */
export async function buildAll(
  world: BuildWorld,
  order: BuildOrder,
  tally: Tally,
): Promise<BuiltAll> {
  const packages = named(order.packages, world.gym.packages);
  const even = Math.ceil((order.tasks / packages.length) * MORE_THAN_EVEN);
  const perPackage = order.perPackage ?? even;
  const found = new Map<string, readonly string[]>();
  const why = new Map<string, WhyNone>();
  let cpuSeconds = 0;
  const quota = makeQuota(order.tasks);
  await inParallel([...packages.entries()], order.parallel, async ([slot, pack]) => {
    if (quota.isFull() || world.gym.signal?.aborted === true) return;
    world.atWork?.(pack.name, true);
    const built = await buildPackage({ ...world, quota }, pack, { ...order, perPackage }, slot);
    world.atWork?.(pack.name, false);
    cpuSeconds += built.cpuSeconds;
    if (!built.ok) {
      tally.dropped(built.reason);
      why.set(pack.name, built);
      return;
    }
    const ids: string[] = [];
    for (const [id, said] of built.tried) {
      if (said !== "task") tally.dropped(said);
      else {
        tally.kept();
        ids.push(id);
      }
    }
    found.set(pack.name, ids);
  });
  const inOrder = packages.flatMap(({ name }) => {
    const ids = found.get(name);
    return ids === undefined ? [] : [[name, ids] as const];
  });
  const without = packages.flatMap(({ name, version }) => {
    const none = why.get(name);
    return none === undefined ? [] : [{ ...none, package: `${name} ${version}` }];
  });
  return { tasks: new Map(inOrder), without, cpuSeconds };
}

// ---------------------------------------------------------------------------------------------

/** Small packages give fewer: the others make up for them. */
const MORE_THAN_EVEN = 1.3;

function named(
  names: readonly string[] | undefined,
  known: readonly GymPackage[],
): readonly GymPackage[] {
  if (names === undefined) return known;
  return names.map((name) => {
    const found = known.find((one) => one.name === name);
    if (found !== undefined) return found;
    const near = nearestName(
      name,
      known.map((one) => one.name),
    );
    throw new UserError(
      `gym: ${name} is not among the gym's packages`,
      near === null ? "src/core/tasks/packages.json lists them" : `did you mean ${near}?`,
    );
  });
}
