/**
 * The next step of a target run. A round draws as many turns as give an even chance to be done, by what
 * share of those drawn so far is in final/; whole prompt files, so that what was drawn stays as it is.
 */
import { chanceOf } from "./beta-binomial.ts";

export type TargetState = {
  /** Turns wanted in final/, and the most that may be drawn for them. */
  readonly accepted: number;
  readonly max_candidates: number;
  readonly per_file: number;
  /** Turns in final/, and turns drawn. */
  readonly have: number;
  readonly drawn: number;
  /** The source gave fewer turns than it was asked for. */
  readonly isExhausted: boolean;
};

export type TargetStep =
  /** `limit`: turns drawn in all, when the round is done. */
  | { readonly kind: "draw"; readonly limit: number }
  | { readonly kind: "done" }
  | { readonly kind: "stop"; readonly why: string };

/** A round is as large as gives this chance to be done with it. */
const EVEN = 0.5;
/** Below this chance of getting there with all that may be drawn, the run ends. */
const HOPELESS = 0.05;

export function nextStep(state: TargetState): TargetStep {
  const { accepted, max_candidates, have, drawn, isExhausted } = state;
  const wanted = accepted - have;
  if (wanted <= 0) return { kind: "done" };
  const so = `${have} of ${accepted} turns are in final/, of ${drawn} drawn`;
  if (isExhausted) return { kind: "stop", why: `${so}: the source has no more` };
  const room = max_candidates - drawn;
  if (room <= 0) return { kind: "stop", why: `${so}: max_candidates ${max_candidates} is reached` };
  const chance = drawn === 0 ? 1 : chanceOf(wanted, room, have + 1, drawn - have + 1);
  if (chance < HOPELESS) {
    const percent = Math.round(1000 * (1 - chance)) / 10;
    return {
      kind: "stop",
      why: `${so}: with ${percent} % certainty ${max_candidates} candidates are too few`,
    };
  }
  return { kind: "draw", limit: limitOf(state, wanted) };
}

/** Of the first round as many as are wanted: so many are needed whatever the share. */
function limitOf(state: TargetState, wanted: number): number {
  const { max_candidates, per_file, have, drawn } = state;
  const more = drawn === 0 ? wanted : evenOdds(wanted, max_candidates - drawn, have, drawn);
  const files = Math.ceil((drawn + Math.max(1, more)) / per_file);
  return Math.min(max_candidates, files * per_file);
}

/** The fewest further turns with an even chance to bring `wanted`; `room` where none has. */
function evenOdds(wanted: number, room: number, have: number, drawn: number): number {
  let [low, high] = [Math.min(wanted, room), room];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOf(wanted, middle, have + 1, drawn - have + 1) >= EVEN) high = middle;
    else low = middle + 1;
  }
  return low;
}
