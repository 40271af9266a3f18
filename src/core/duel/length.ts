/** Judges tend to like length: how the turn score goes with the challenger being longer. */
import type { Duel } from "../../records/duel.ts";
import type { TurnFacts } from "./facts.ts";
import { correlation, mean } from "./statistics.ts";
import { round4 } from "./turn-score.ts";

/** Over the turns that were judged; disqualified ones say nothing about length. */
export function lengthEffect(parsed: readonly TurnFacts[]): NonNullable<Duel["length"]> {
  const rows = parsed.flatMap((turn) =>
    turn.lengths === null || turn.score === null || turn.disqualified !== null
      ? []
      : [{ ...turn.lengths, score: turn.score }],
  );
  const notLonger = rows.filter((row) => row.challenger <= row.opponent);
  return {
    correlation: rounded(
      correlation(rows.map((row) => [row.challenger - row.opponent, row.score])),
    ),
    score_not_longer: rounded(mean(notLonger.map((row) => row.score))),
    n_not_longer: notLonger.length,
    mean_opponent: rounded(mean(rows.map((row) => row.opponent))),
    mean_challenger: rounded(mean(rows.map((row) => row.challenger))),
  };
}

const rounded = (value: number | null): number | null => (value === null ? null : round4(value));
