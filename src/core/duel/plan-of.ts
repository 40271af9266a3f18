/**
 * How many turns the duel will have: those in prompt/ together with those in answer/, or what was set. Of a
 * draw that --limit cut short, what chain.toml asks for: a first look at a few turns of many would spend
 * what all of them need.
 */
import { clusterOf, type ClusterBy } from "./cluster-by.ts";
import type { TurnFacts } from "./facts.ts";
import type { DuelPlan } from "./look.ts";

export type PlanInput = {
  /** Answer file name -> what its turn is of, for every prompt. */
  readonly planned: ReadonlyMap<
    string,
    { readonly instance_id: string; readonly repo?: string; readonly run?: string }
  >;
  /** Names of all answer files. */
  readonly names: readonly string[];
  readonly turns: readonly TurnFacts[];
  readonly cluster_by: ClusterBy;
  /** [duel].plan */
  readonly set: number | "turns" | "open";
  /** Turns of a draw that was cut short, when it is whole; null: nothing more of it is to come. */
  readonly draw?: number | null;
};

export function planOf({ planned, names, turns, cluster_by, set, draw }: PlanInput): DuelPlan {
  const all = new Set([...planned.keys(), ...names]);
  const clusters = new Map([...planned].map(([name, turn]) => [name, clusterOf(turn, cluster_by)]));
  for (const turn of turns) clusters.set(turn.file, turn.cluster);
  const sizes = new Map<string, number>();
  for (const cluster of clusters.values()) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const largest = [...sizes.values()].reduce((most, size) => Math.max(most, size), 1);
  return { turns: set === "turns" ? Math.max(all.size, draw ?? 0) : set, largest };
}
