/** Which turns hang together: the same for the gate, the intervals, the comparison and the queue. */

export const CLUSTER_BY = ["repo", "instance_id", "run"] as const;
export type ClusterBy = (typeof CLUSTER_BY)[number];

/** A turn's repository or run; where that is not known, its instance. */
export function clusterOf(
  turn: { readonly instance_id: string; readonly repo?: unknown; readonly run?: unknown },
  by: ClusterBy,
): string {
  const name = turn[by];
  return typeof name === "string" && name !== "" ? name : turn.instance_id;
}
