/** Which arms are held against which, and what each comparison says. */
import { OUTCOMES, type OutcomeName, type Worth, type WorthEffect } from "../../records/worth.ts";
import { effectOf, meanOfArm, type Measured } from "./effect.ts";

/** First against second, what is asked first on top: does choosing make a better model? */
const PAIRS: readonly (readonly [string, string])[] = [
  ["winner", "king"],
  ["winner", "challenger"],
  ["winner", "reference"],
  ["challenger", "king"],
  ["challenger", "reference"],
  ["king", "reference"],
  ["final", "defeat"],
  ["final", "refined"],
  ["refined", "defeat"],
];

/** Of all arms that were measured. @param isLower lower values are better: they are turned round */
export function comparisons(
  measured: ReadonlyMap<string, readonly Measured[]>,
  isLower = false,
): WorthEffect[] {
  return PAIRS.flatMap(([first, second]) => {
    const [one, other] = [measured.get(first), measured.get(second)];
    if (one === undefined || other === undefined) return [];
    const { interval, ...effect } = isLower ? effectOf(other, one) : effectOf(one, other);
    return [{ first, second, ...effect, interval: interval === null ? null : [...interval] }];
  });
}

/** What an outcome says, by arm. */
export type ByOutcome = Partial<Record<OutcomeName, ReadonlyMap<string, readonly Measured[]>>>;

/** The first outcome that was measured decides; the others stand beside it. null: none was. */
export function decidedBy(
  measured: ByOutcome,
): Pick<Worth, "outcome" | "effects" | "beside"> | null {
  const told = OUTCOMES.flatMap((name) => {
    const by = measured[name];
    return by === undefined ? [] : [[name, comparisons(by)] as const];
  });
  const [first, ...beside] = told;
  if (first === undefined) return null;
  return { outcome: first[0], effects: first[1], beside: Object.fromEntries(beside) };
}

/** Arm -> name -> mean. */
export function armMeans(
  by: Readonly<Record<string, ReadonlyMap<string, readonly Measured[]>>>,
): Record<string, Record<string, number | null>> {
  const means: Record<string, Record<string, number | null>> = {};
  for (const [name, measured] of Object.entries(by)) {
    for (const [arm, own] of measured) means[arm] = { ...means[arm], [name]: meanOfArm(own) };
  }
  return means;
}
