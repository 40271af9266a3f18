/** How well scores order turns by what became of them: AUC and rank correlation, with intervals over clusters. */
import { correlation } from "../duel/statistics.ts";
import { studentUpper } from "../duel/student.ts";

export type Scored = {
  readonly cluster: string;
  readonly score: number;
  /** What the score is to foretell; its sign is the side. */
  readonly difference: number;
};

export type Estimate = {
  /** null where nothing can be said. */
  readonly value: number | null;
  /** 95 %; null under three clusters, or where leaving one out leaves nothing to say. */
  readonly interval: readonly [number, number] | null;
};

/**
 * Mann and Whitney's: of all pairs of a turn with difference > 0 and one with < 0, the share on which the first is
 * scored higher, equal scores counting half. null without both kinds.
 */
export function aucOf(turns: readonly Scored[]): number | null {
  const up = ranked(turns.filter(({ difference }) => difference > 0));
  const down = ranked(turns.filter(({ difference }) => difference < 0));
  if (up.length === 0 || down.length === 0) return null;
  let wins = 0;
  let below = 0;
  let upTo = 0;
  for (const score of up) {
    while (below < down.length && (down[below] ?? 0) < score) below++;
    while (upTo < down.length && (down[upTo] ?? 0) <= score) upTo++;
    wins += below + (upTo - below) / 2;
  }
  return wins / (up.length * down.length);
}

/** Spearman's: Pearson's over ranks, equal values sharing the middle of theirs. null where one side never varies. */
export function rankCorrelation(turns: readonly Scored[]): number | null {
  const scores = ranksOf(turns.map(({ score }) => score));
  const differences = ranksOf(turns.map(({ difference }) => difference));
  return correlation(scores.map((rank, at) => [rank, differences[at] ?? 0] as const));
}

/** A statistic and its delete-one-cluster jackknife interval (Student's t at C - 1 degrees of freedom), as kappa's. */
export function jackknifed(
  turns: readonly Scored[],
  statistic: (turns: readonly Scored[]) => number | null,
  [low, high]: readonly [number, number],
): Estimate {
  const value = statistic(turns);
  const clusters = [...new Set(turns.map(({ cluster }) => cluster))];
  const left = clusters.flatMap(
    (cluster) => statistic(turns.filter((turn) => turn.cluster !== cluster)) ?? [],
  );
  if (value === null || clusters.length < 3 || left.length < clusters.length)
    return { value, interval: null };
  const mean = left.reduce((sum, one) => sum + one, 0) / left.length;
  const squares = left.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const error = Math.sqrt(((left.length - 1) / left.length) * squares);
  const reach = studentUpper(0.025, left.length - 1) * error;
  return { value, interval: [Math.max(low, value - reach), Math.min(high, value + reach)] };
}

// ---------------------------------------------------------------------------------------------

const ranked = (turns: readonly Scored[]): number[] =>
  turns.map(({ score }) => score).sort((a, b) => a - b);

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value);
  const ranks = Array.from({ length: values.length }, () => 0);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (let at = from; at < to; at++) ranks[order[at]?.at ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}
