/**
 * Who is shown the judges' reasons and who is the control. Drawn before anything is asked and written into
 * the answer file, so that no later run can move a turn to the other side.
 */
import type { Rng } from "../random.ts";

export type Assigned = { readonly control: number; readonly all: number };

/**
 * The new turns that are of the control, so that with those assigned before `share` of all are; where that is
 * no whole number, a coin decides. A seeded draw among the names, whatever is known of the turns.
 *
 * @param names file names of the new turns, each once
 * @param share 0..1
 */
export function drawControl(
  names: readonly string[],
  before: Assigned,
  share: number,
  rng: Rng,
): ReadonlySet<string> {
  const wanted = share * (before.all + names.length) - before.control;
  const whole = Math.floor(wanted + 1e-9);
  const n = Math.min(names.length, Math.max(0, whole + (rng() < wanted - whole ? 1 : 0)));
  const order = [...names]
    .sort()
    .map((name) => ({ name, at: rng() }))
    .sort((a, b) => a.at - b.at);
  return new Set(order.slice(0, n).map(({ name }) => name));
}
