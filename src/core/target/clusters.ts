/** Whether the gate can accept a target run's duel at all, by the clusters of what is drawn. */
import { UserError } from "../../errors.ts";
import { clusterOf, type ClusterBy } from "../duel/cluster-by.ts";
import { MIN_CLUSTERS } from "../duel/gate.ts";

type Turn = { readonly instance_id: string; readonly repo?: string; readonly run?: string };

export type ClusterInput = {
  readonly turns: readonly Turn[];
  readonly cluster_by: ClusterBy;
  readonly gate_alpha: number;
  /** Turns that may still be drawn. */
  readonly room: number;
};

/**
 * What a person has to know before a model is asked; null: there are enough clusters.
 * @throws UserError where no draw that is still to come can bring enough
 */
export function clusterNote(input: ClusterInput): string | null {
  const { turns, cluster_by, gate_alpha, room } = input;
  const found = countBy(turns, cluster_by);
  const needed = clustersNeeded(gate_alpha);
  if (found >= needed) return null;
  const so = `the ${turns.length} turns drawn are of ${counted(found, UNITS[cluster_by])}, and the gate accepts nothing under ${needed}`;
  const way = mend(turns, cluster_by, needed);
  if (found + room < needed) throw new UserError(`stages --until target: ${so}`, way);
  return `${so}: if what is still to be drawn brings no more, ${way}`;
}

/** At least so many; 2^-C is the least level that C clusters can reach. */
export const clustersNeeded = (gate_alpha: number): number =>
  Math.max(MIN_CLUSTERS, Math.ceil(-Math.log2(gate_alpha)));

// ---------------------------------------------------------------------------------------------

const countBy = (turns: readonly Turn[], by: ClusterBy): number =>
  new Set(turns.map((turn) => clusterOf(turn, by))).size;

function mend(turns: readonly Turn[], cluster_by: ClusterBy, needed: number): string {
  const runs = countBy(turns, "run");
  const byRun =
    cluster_by !== "run" && runs >= needed
      ? `set [duel] cluster_by = "run" where they are your own runs (${runs} runs are drawn), `
      : "";
  return `${byRun}name sources with more ${UNITS[cluster_by][1]}, or set [target] gate = false`;
}

const UNITS: Readonly<Record<ClusterBy, readonly [string, string]>> = {
  repo: ["repository", "repositories"],
  instance_id: ["instance", "instances"],
  run: ["run", "runs"],
};

const counted = (n: number, [one, more]: readonly [string, string]): string =>
  `${n} ${n === 1 ? one : more}`;
