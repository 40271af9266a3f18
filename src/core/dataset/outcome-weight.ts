/** How much of an answer is to be learned: all of it by the panel, as often as it led to a mended package by outcomes. */
import type { Score } from "../../records/score.ts";

/**
 * What a step is worth to a process-reward trainer, 0..1: how often it led to a mended package where outcomes made the
 * score, else its share of the turn's `points` (0..100, the challenger's).
 */
export function stepReward(
  score: Score | null,
  points: number,
  who: "challenger" | "opponent",
): number {
  const share = Math.round(points * 100) / 1e4;
  const worth = score?.outcome?.[who] ?? (who === "challenger" ? share : 1 - share);
  return Math.round(worth * 1e4) / 1e4;
}

/** 0..1; 1 where the turn's score is of no outcome. */
export function outcomeWeight(score: Score | null, who: "challenger" | "opponent"): number {
  return score?.outcome?.[who] ?? 1;
}
