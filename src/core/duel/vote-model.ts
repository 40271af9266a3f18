/**
 * How a panel's scores vary, by which the chance of a bucket is reckoned: what one judge gives a turn is
 * the panel's mean of it, a lean to whom was shown first, and the judge's own error.
 *
 *   s_ij = theta_i + first x o_ij + e_ij,  theta ~ N(mean, between),  e ~ N(0, within)
 *
 * with o = 1 where the challenger was shown first, -1 where the king was, 0 where both orders were asked.
 * By moments: between is the covariance of two judges over turns, within the rest of a judge's variance.
 */
import { turnScore, type Ballot } from "./turn-score.ts";

export type VoteModel = {
  /** 0..100. */
  readonly mean: number;
  /** Variances, points squared. */
  readonly between: number;
  readonly within: number;
  /** Points that being shown first is worth. */
  readonly first: number;
  /** Turns it was measured on; 0: taken from the simulation's votes. */
  readonly n_turns: number;
};

/**
 * Where too few turns are judged: judges asked in one order each, in the simulation's plain world (68 %
 * draws, 15 % of the votes for the first place). `test/core/duel/sequential.test.ts` measures it there.
 */
export const SIMULATED_MODEL: VoteModel = {
  mean: 50,
  between: 104,
  within: 157,
  first: 7.6,
  n_turns: 0,
};

/** Fewer turns say too little of how votes vary. */
export const MIN_TURNS = 50;

/** What a judge gave, with the lean to the first place taken out, in points. */
export function fairScore(ballot: Ballot, { first }: Pick<VoteModel, "first">): number {
  return (turnScore([ballot])?.score ?? 50) - first * leanOf(ballot);
}

/**
 * @param turns ballots of judges that every turn was put before; turns with fewer than two are left out
 * @returns null under 50 turns, and where judges' scores of a turn have nothing in common
 */
export function measureVotes(turns: readonly (readonly Ballot[])[]): VoteModel | null {
  const judged = turns.filter((ballots) => ballots.length >= 2);
  if (judged.length < MIN_TURNS) return null;
  const all = judged.flat().map((ballot) => ({
    lean: leanOf(ballot),
    score: turnScore([ballot])?.score ?? 50,
  }));
  const first = leanToFirst(all);
  const mean = all.reduce((sum, { lean, score }) => sum + score - first * lean, 0) / all.length;
  let [squares, products, pairs] = [0, 0, 0];
  for (const ballots of judged) {
    const rests = ballots.map((ballot) => fairScore(ballot, { first }) - mean);
    const sum = rests.reduce((total, rest) => total + rest, 0);
    const own = rests.reduce((total, rest) => total + rest * rest, 0);
    squares += own;
    products += sum * sum - own;
    pairs += rests.length * (rests.length - 1);
  }
  const variance = squares / all.length;
  const between = Math.min(variance, Math.max(0, products / pairs));
  // Scores that do not vary, or judges that agree on nothing, say nothing of turns.
  if (between === 0) return null;
  return { mean, between, within: variance - between, first, n_turns: judged.length };
}

// ---------------------------------------------------------------------------------------------

/** 1: the challenger was shown first, -1: the king; 0: both orders. */
function leanOf({ orders }: Ballot): number {
  const firsts = orders.reduce(
    (sum, order) => sum + (order === "challenger_first" ? 1 : order === "king_first" ? -1 : 0),
    0,
  );
  return firsts / Math.max(1, orders.length);
}

/** Half of the difference of the two orders' means; 0 where only one was asked. */
function leanToFirst(all: readonly { readonly lean: number; readonly score: number }[]): number {
  const of = (lean: number): number | null => {
    const scores = all.filter((one) => one.lean === lean);
    return scores.length === 0
      ? null
      : scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
  };
  const [challenger, king] = [of(1), of(-1)];
  return challenger === null || king === null ? 0 : (challenger - king) / 2;
}
