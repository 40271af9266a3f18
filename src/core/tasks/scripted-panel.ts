/**
 * A judge of known accuracy: it knows which of two answers mends the task sooner, and says so with
 * probability `accuracy`. What the panel's figures are tried on, since the right result is known.
 */
import { METRICS } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import type { Rng } from "../random.ts";

export type JudgedPair = {
  /** How good each answer is, 0..1 (`worthOf`). */
  readonly king: number;
  readonly challenger: number;
  readonly accuracy: number;
  readonly order: Order;
};

/** The share of metrics that a judge draws on whatever it thinks. */
const DRAWS = 0.3;

/**
 * A reply in the form that judges are asked for. One `rng` a judge and turn, begun anew for each order: what it thinks of
 * the pair is the same in both.
 */
export function scriptedVerdict(
  { king, challenger, accuracy, order }: JudgedPair,
  rng: Rng,
): string {
  const isRight = rng() < accuracy;
  const better = king === challenger ? null : challenger > king === isRight ? "challenger" : "king";
  const first = order === "king_first" ? "king" : "challenger";
  const votes = METRICS.map((metric) => {
    const vote = better === null || rng() < DRAWS ? 0 : better === first ? 1 : 2;
    return [metric, vote] as const;
  });
  return JSON.stringify({ ...Object.fromEntries(votes), reason: "scripted" });
}
