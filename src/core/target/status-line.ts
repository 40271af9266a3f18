/** Where a target run stands, as numbers and as a line for a person. */
import type { TargetRound } from "../../records/target.ts";
import { counted } from "../text/counted.ts";
import type { TargetState } from "./decide.ts";
import type { Outlook, Range } from "./outlook.ts";

export type TargetStatus = {
  readonly accepted: number;
  readonly have: number;
  /** In prompt/, and of these judged when the last round ended. */
  readonly drawn: number;
  readonly judged: number;
  /** Rounds that are over; and still to come, the one under way among them. */
  readonly rounds: number;
  readonly rounds_left: Range;
  /** Turns still to be drawn or judged. */
  readonly turns_left: Range;
  readonly calls_left: Range;
  /** null: no round is over, or calls have no price. */
  readonly usd_left: Range | null;
  /** That the buckets get there with what may be drawn, 0..1. */
  readonly chance: number;
  /** A file of prompt/ that no round drew: no round can begin here. */
  readonly foreign?: string | null;
};

export type Spent = Pick<TargetRound, "calls" | "usd" | "unpriced">;

export type StatusInput = {
  /** As the last round left it. */
  readonly state: TargetState;
  readonly outlook: Outlook;
  /** What is in prompt/ now. */
  readonly drawn: number;
  readonly rounds: readonly TargetRound[];
  /** Until now, the round under way included. */
  readonly spent: Spent;
  /** Calls that a turn takes where none was made so far. */
  readonly callsATurn: number;
};

export function targetStatus(input: StatusInput): TargetStatus {
  const { state, outlook, drawn, rounds, spent, callsATurn } = input;
  const last = rounds.at(-1);
  const turns = last?.drawn ?? 0;
  const calls = last === undefined || turns === 0 ? callsATurn : last.calls / turns;
  const left = (perTurn: number, so: number): Range =>
    mapRange(outlook.turns, (all) => Math.max(0, perTurn * all - so));
  const isPriced = last !== undefined && turns > 0 && last.unpriced + spent.unpriced === 0;
  return {
    accepted: state.accepted,
    have: state.have,
    drawn,
    judged: state.drawn,
    rounds: rounds.length,
    rounds_left: outlook.rounds,
    turns_left: mapRange(outlook.turns, (all) => all - state.drawn),
    calls_left: mapRange(left(calls, spent.calls), Math.round),
    usd_left: isPriced ? left(last.usd / turns, spent.usd) : null,
    chance: outlook.chance,
  };
}

/** Turns that are not drawn yet: those of a round under way are, though not judged. */
export function toDraw({ turns_left, drawn, judged }: TargetStatus): Range {
  return mapRange(turns_left, (left) => Math.max(0, left - (drawn - judged)));
}

/** "target: 40 of 100 turns are in final/, of 240 drawn in 2 rounds; to come, with 90 % intervals: ..." */
export function targetLine(status: TargetStatus): string {
  const { accepted, have, drawn, rounds, rounds_left, turns_left, calls_left, usd_left } = status;
  if (status.foreign != null) {
    return `target: prompt/${status.foreign} was not drawn for it, and a target draws its own prompts: take [target] out of chain.toml, or use another workspace (--root DIR)`;
  }
  const so = `target: ${have} of ${accepted} turns are in final/, of ${drawn} drawn in ${counted(rounds, "round")} that ${rounds === 1 ? "is" : "are"} over`;
  if (rounds_left.high === 0) return so;
  const whole = (n: number): string => String(Math.round(n));
  const cost =
    usd_left === null
      ? "their price is not known yet"
      : `$${ranged(usd_left, (n) => n.toFixed(2))}`;
  return `${so}; to come (90 % of cases): ${ranged(rounds_left, whole)} rounds, ${ranged(turns_left, whole)} turns, ${ranged(calls_left, whole)} calls, ${cost}; final/ gets full with ${Math.round(100 * status.chance)} % chance`;
}

// ---------------------------------------------------------------------------------------------

const mapRange = ({ low, mid, high }: Range, of: (n: number) => number): Range => ({
  low: of(low),
  mid: of(mid),
  high: of(high),
});

const ranged = ({ low, mid, high }: Range, words: (n: number) => string): string =>
  low === high ? words(mid) : `${words(mid)} (${words(low)} to ${words(high)})`;
