/** What a target run has spent, and for how many more turns [budget] leaves money. */
import type { Spending } from "../report/spending.ts";
import type { Spent } from "./status-line.ts";

/** The stages that a round runs; second answers and other work of a workspace are not a round's. */
const OF_A_ROUND: ReadonlySet<string> = new Set(["king", "challenger", "audit", "validate"]);

/** Calls that were in flight when a run died count as made, at what was reserved for them. */
export function spentOnRounds(rows: readonly Spending[]): Spent & { readonly tokens: number } {
  const own = rows.filter(({ stage }) => OF_A_ROUND.has(stage));
  return { ...sumOf(own), tokens: tokensOf(own) };
}

export type Budget = {
  readonly max_usd?: number | undefined;
  readonly max_tokens?: number | undefined;
};

/** @param turns judged so far; null without a limit, or while nothing says what a turn costs. */
export function affordableTurns(
  rows: readonly Spending[],
  turns: number,
  { max_usd, max_tokens }: Budget,
): number | null {
  const round = spentOnRounds(rows);
  const all = { ...sumOf(rows), tokens: tokensOf(rows) };
  const lefts = [
    turnsFor((max_usd ?? Infinity) - all.usd, round.usd / turns),
    turnsFor((max_tokens ?? Infinity) - all.tokens, round.tokens / turns),
  ];
  const left = Math.min(...lefts);
  return turns === 0 || left === Infinity ? null : left;
}

// ---------------------------------------------------------------------------------------------

const turnsFor = (left: number, each: number): number =>
  each > 0 ? Math.max(0, Math.floor(left / each)) : Infinity;

function sumOf(rows: readonly Spending[]): Spent {
  const sum = (of: (row: Spending) => number): number => rows.reduce((n, row) => n + of(row), 0);
  return {
    calls: sum(({ calls, lost, booked }) => calls + lost + (booked ?? 0)),
    usd: sum(({ usd, usd_lost }) => usd + usd_lost),
    unpriced: sum(
      ({ unpriced, unpriced_lost = 0, unpriced_booked = 0 }) =>
        unpriced + unpriced_lost + unpriced_booked,
    ),
  };
}

const tokensOf = (rows: readonly Spending[]): number =>
  rows.reduce((sum, { tokens_in, tokens_out }) => sum + tokens_in + tokens_out, 0);
