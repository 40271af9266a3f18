/** The duel in a few lines for the person at the keyboard. */
import type { Duel } from "../../records/duel.ts";

export function noteLines(duel: Duel): string[] {
  const opponent = duel.mode === 1 ? "reference" : "king";
  const scores =
    duel.challenger_score === null
      ? "no turn is scored yet"
      : `challenger ${duel.challenger_score} against ${opponent} ${duel.king_score}, margin ${duel.margin} (win_margin ${duel.win_margin})`;
  const verdict =
    duel.accepted === null
      ? "not decided"
      : duel.accepted
        ? "challenger accepted"
        : "challenger not accepted";
  const bound =
    duel.lcb === null
      ? ""
      : `; lower bound ${duel.lcb} at alpha ${duel.look_alpha ?? duel.gate_alpha} over ${duel.n_clusters} clusters (${duel.cluster_by ?? "instance_id"})`;
  return [
    `${verdict}: ${scores}${bound}`,
    ...duel.reasons.map((reason) => `because ${reason}`),
    ...Object.entries(duel.disqualified ?? {}).map(
      ([reason, turns]) => `lost before a judge was asked: ${reason} ${turns}`,
    ),
    ...(duel.warnings ?? []),
  ];
}
