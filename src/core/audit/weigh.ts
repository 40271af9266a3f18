/** How the weights of single findings become one score. */
import type { Finding } from "../../records/answer.ts";

/** Above 1, so that two findings weigh a little less than their sum. */
const POWER = 1.1;
/** Calibrated on blind kings: of 27 the third highest stays below 2, so that two are called leak. */
const SCALE = 1.48;

/**
 * Noisy-or (Pearl 1988): a finding of weight w is a leak by itself with the chance 1 − 2^(−w^1.1), half
 * at 1 and three in four at 2; independent ones miss together. The score is the weight that a single
 * finding of the joint chance would have. 0 for none; two decimals.
 */
export function scoreOf(evidence: readonly { readonly weight: number }[]): number {
  const sum = evidence.reduce((total, { weight }) => total + Math.max(0, weight) ** POWER, 0);
  return Math.round(100 * SCALE * sum ** (1 / POWER)) / 100;
}

/** The score of findings as a record keeps them: the second opinion and proofs are added, not joined. */
export function scoreOfFindings(findings: readonly Finding[]): number {
  const weights = findings.map(({ kind, weight = 0 }) => ({ kind, weight }));
  const isAdded = ({ kind }: { readonly kind: Finding["kind"] }): boolean =>
    kind === "wording" || kind === "canary";
  const added = weights.filter(isAdded).reduce((sum, { weight }) => sum + weight, 0);
  return Math.round(100 * (scoreOf(weights.filter((one) => !isAdded(one))) + added)) / 100;
}

/** Bits of the second opinion that are noise: 99 of 100 early turns of real agents stay below. */
const NOISE_BITS = 8;
/** Bits above the noise that add 1. */
const BITS_PER_POINT = 14;
/** What the second opinion adds at least, where it speaks, and at most. */
const POINTS = { min: 0.5, max: 1.9 } as const;

/** What the bits that the pull request explains better add to a score: 0, or 0.5 to 1.9. */
export function pointsOf(bits: number): number {
  if (bits < NOISE_BITS) return 0;
  const points = Math.min(POINTS.max, POINTS.min + (bits - NOISE_BITS) / BITS_PER_POINT);
  return Math.round(100 * points) / 100;
}
