/**
 * How likely the gate still is to accept, if the rest of the plan goes on as what is judged: conditional power
 * under the present trend (Jennison and Turnbull 2000, ch. 10). Advice alone: it ends nothing.
 *
 *   B(t) = Z sqrt(t),  power = P(B(1) > z_(1-alpha)) = Phi((B(t) / t - z_(1-alpha)) / sqrt(1 - t))
 */
import { normalTail, normalUpper } from "../duel/normal.ts";

export type Trend = {
  /** Of score/100 - 0.5, and its standard error over clusters. */
  readonly mean: number;
  readonly standard_error: number;
  /** Share of the plan that is judged, in (0, 1). */
  readonly t: number;
};

/** 0..1 */
export function conditionalPower({ mean, standard_error, t }: Trend, gate_alpha: number): number {
  const now = (mean / standard_error) * Math.sqrt(t);
  return normalTail((normalUpper(gate_alpha) - now / t) / Math.sqrt(1 - t));
}

type Duel = {
  readonly mean?: number | null | undefined;
  readonly standard_error?: number | null | undefined;
  readonly t?: number | null | undefined;
};

/** Said from here on. */
const FUTILE = 0.05;

/** null: there is hope, or nothing to tell from. */
export function futilityNote({ mean, standard_error, t }: Duel, gate_alpha: number): string | null {
  if (mean == null || standard_error == null || t == null) return null;
  if (standard_error <= 0 || t <= 0 || t >= 1) return null;
  const power = conditionalPower({ mean, standard_error, t }, gate_alpha);
  if (power >= FUTILE) return null;
  return `advice: if the turns to come are like those judged, the gate accepts with ${(100 * power).toFixed(1)} % chance; to stop here saves their calls, [target] gate = false counts buckets alone`;
}
