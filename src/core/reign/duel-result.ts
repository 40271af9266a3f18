/** What a decided duel says: the gate's word, and the margin with its interval over clusters. */
import type { Duel } from "../../records/duel.ts";
import type { DuelResult } from "../../records/lineage.ts";
import { marginOf } from "../duel/gate.ts";
import { clusteredMean } from "../duel/statistics.ts";

/** A turn that counts: its score, 0..100 in the challenger's view. */
export type ScoredTurn = { readonly cluster: string; readonly score: number };

/** null while verdicts are missing. */
export function duelResult(duel: Duel, turns: readonly ScoredTurn[]): DuelResult | null {
  if (duel.accepted === null) return null;
  const { interval, n_clusters } = clusteredMean(
    turns.map(({ cluster, score }) => ({ cluster, value: marginOf(score), size: 1 })),
  );
  const isKnown = interval !== null && interval.every(Number.isFinite);
  return {
    accepted: duel.accepted,
    margin: duel.margin,
    interval: isKnown ? [interval[0], interval[1]] : null,
    lcb: duel.lcb,
    gate_alpha: duel.gate_alpha,
    n_turns: duel.n_turns,
    n_parsed: duel.n_parsed,
    n_clusters,
    n_disqualified: duel.n_disqualified,
    reasons: [...duel.reasons],
  };
}
