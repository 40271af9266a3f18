/** How much of an answer is to be learned: all of it by the panel, as often as it led to a mended package by outcomes. */
import type { Score } from "../../records/score.ts";

/** 0..1; 1 where the turn's score is of no outcome. */
export function outcomeWeight(score: Score | null, who: "challenger" | "opponent"): number {
  return score?.outcome?.[who] ?? 1;
}
