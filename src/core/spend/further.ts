/** What the rounds of a target will come to beyond the turns that are drawn: those, over and over. */
import { totalOf, type EstimateRow } from "./estimate.ts";
import type { Range } from "../target/outlook.ts";

export type Further = {
  /** Turns still to be drawn, in 90 % of cases. */
  readonly turns: Range;
  readonly calls: Range;
  /** null: nothing is drawn that could say what a turn is like, or a model has no price. */
  readonly usd: Range | null;
};

/** @param whole what all calls of the drawn turns come to, with nothing of them made. */
export function furtherCosts(
  turns: Range,
  drawn: number,
  whole: readonly EstimateRow[],
  callsATurn: number,
): Further {
  const { calls, usd } = totalOf(whole);
  const each = drawn === 0 ? callsATurn : calls / drawn;
  const times = (of: number): Range => ({
    low: turns.low * of,
    mid: turns.mid * of,
    high: turns.high * of,
  });
  const rounded = times(each);
  return {
    turns,
    calls: {
      low: Math.round(rounded.low),
      mid: Math.round(rounded.mid),
      high: Math.round(rounded.high),
    },
    usd: drawn === 0 || usd === null ? null : times(usd / drawn),
  };
}

/** "target: beside these about 120 (80 to 190) turns are still to be drawn: ..." */
export function furtherLine({ turns, calls, usd }: Further): string {
  if (turns.high === 0) return "target: nothing more is to be drawn";
  const range = ({ low, mid, high }: Range, digits: number): string =>
    `${mid.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  const cost = usd === null ? "at a price that is not known yet" : `$${range(usd, 2)}`;
  return `target: beside these about ${range(turns, 0)} turns are still to be drawn, in 90 % of cases: ${range(calls, 0)} calls, ${cost}`;
}
