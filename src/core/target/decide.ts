/**
 * The next step of a target run. A round draws as many turns as give an even chance to be done, by what
 * share of those drawn so far is in final/; whole prompt files, so that what was drawn stays as it is.
 */
import { FIRST_LOOK, MOST_LOOKS } from "../duel/spending.ts";
import { chanceOf } from "./beta-binomial.ts";
import type { Evidence } from "./evidence.ts";

export type TargetState = {
  /** Turns wanted in final/, and the most that may be drawn for them. */
  readonly accepted: number;
  readonly max_candidates: number;
  readonly per_file: number;
  /** Turns in final/, and turns drawn. */
  readonly have: number;
  readonly drawn: number;
  /** What those drawn say of those to come. */
  readonly seen: Evidence;
  /** The source gave fewer turns than it was asked for. */
  readonly isExhausted: boolean;
  /** Turns that [budget] leaves money for, about; null: it sets no limit, or nothing is known yet. */
  readonly affordable: number | null;
  readonly gate: TargetGate;
};

export type TargetGate =
  /** [target].gate is false. */
  | { readonly kind: "off" }
  | { readonly kind: "accepted" }
  /** Not accepted so far. `looks`: those paid for; `why`: what the duel says. */
  | { readonly kind: "open"; readonly looks: number; readonly why: string };

export type TargetStep =
  /** `limit`: turns drawn in all, when the round is done. */
  | { readonly kind: "draw"; readonly limit: number }
  | { readonly kind: "done" }
  | { readonly kind: "stop"; readonly why: string };

export function nextStep(state: TargetState): TargetStep {
  const { accepted, max_candidates, have, drawn, gate } = state;
  const wanted = accepted - have;
  if (wanted <= 0 && gate.kind !== "open") return { kind: "done" };
  const end = endOf(state);
  if (end !== null) return { kind: "stop", why: `${standing(state)}: ${end}` };
  const room = max_candidates - drawn;
  if (wanted <= 0) return { kind: "draw", limit: wholeFiles(state, nextLook(state)) };
  const chance = drawn === 0 ? 1 : chanceOf(wanted, room, ...posterior(state));
  if (chance < HOPELESS) {
    const percent = Math.floor(1000 * (1 - chance)) / 10;
    const why = `with ${percent} % certainty ${max_candidates} candidates are too few`;
    return { kind: "stop", why: `${standing(state)}: ${why}` };
  }
  const more =
    drawn === 0 ? firstRound(state) : Math.min(drawn, evenOdds(wanted, room, posterior(state)));
  return { kind: "draw", limit: wholeFiles(state, drawn + Math.max(1, more)) };
}

// ---------------------------------------------------------------------------------------------

/** A round is as large as gives this chance to be done with it. */
const EVEN = 0.5;
/** Below this chance of getting there with all that may be drawn, the run ends. */
const HOPELESS = 0.05;
/** Of max_candidates at most so much is drawn before anything is known of the share. */
const UNKNOWN = 0.1;

const posterior = ({ seen }: TargetState): [number, number] => [seen.good + 1, seen.bad + 1];

function standing({ accepted, have, drawn, gate }: TargetState): string {
  if (have < accepted || gate.kind !== "open") {
    return `${have} of ${accepted} turns are in final/, of ${drawn} drawn`;
  }
  return `${accepted} turns are in final/, of ${drawn} drawn, but the gate did not accept (${gate.why}; [target] gate = false counts buckets alone)`;
}

/** Why no more can be drawn; null: more can. */
function endOf({ isExhausted, max_candidates, drawn, affordable, per_file }: TargetState) {
  if (isExhausted) return "the source has no more";
  if (drawn >= max_candidates) return `max_candidates ${max_candidates} is reached`;
  if (affordable === null || affordable >= Math.min(per_file, max_candidates - drawn)) return null;
  return `[budget] leaves money for about ${affordable} more turns, fewer than a prompt file of [source].per_file ${per_file}`;
}

/** As many as are wanted, which are needed whatever the share, but no large part of what may be spent. */
function firstRound({ accepted, max_candidates }: TargetState): number {
  return Math.min(accepted, Math.ceil(UNKNOWN * max_candidates));
}

/** Turns drawn in all at the gate's next look: the looks that are left come at equal steps. */
function nextLook({ drawn, max_candidates, gate }: TargetState): number {
  const first = Math.ceil(FIRST_LOOK * max_candidates);
  if (drawn < first) return first;
  const left = MOST_LOOKS - (gate.kind === "open" ? gate.looks : 0);
  return drawn + Math.ceil((max_candidates - drawn) / Math.max(1, left));
}

/** The end of the prompt file that holds the turn; no more than may be drawn and paid for. */
function wholeFiles(state: TargetState, turns: number): number {
  const { max_candidates, per_file, drawn, affordable } = state;
  const wanted = Math.min(max_candidates, Math.ceil(turns / per_file) * per_file);
  if (affordable === null || wanted <= drawn + affordable) return wanted;
  return Math.floor((drawn + affordable) / per_file) * per_file;
}

/** The fewest further turns with an even chance to bring `wanted`; `room` where none has. */
function evenOdds(wanted: number, room: number, share: readonly [number, number]): number {
  let [low, high] = [Math.min(wanted, room), room];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOf(wanted, middle, ...share) >= EVEN) high = middle;
    else low = middle + 1;
  }
  return low;
}
