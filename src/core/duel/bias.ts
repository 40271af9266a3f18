/** What a judge does with the seats: how often its vote turns with the order, how often MODEL 1 wins. */
import type { Duel } from "../../records/duel.ts";
import { METRICS, type MetricValues } from "../../records/score.ts";
import { familyWarning } from "./family.ts";
import type { TurnFacts } from "./facts.ts";
import type { DuelRules, Judge } from "./rules.ts";
import { clusteredShare } from "./statistics.ts";
import { countVotes, round4, sharesOf } from "./turn-score.ts";

export type JudgeRow = Duel["judges"][number];

export type JudgeContext = {
  readonly parsed: readonly TurnFacts[];
  /** All turns, for the counts of replies. */
  readonly turns: readonly TurnFacts[];
  readonly orders: DuelRules["orders"];
  readonly isEverywhere: boolean;
  readonly score: number | null;
  readonly scoreWithout: number | null;
  readonly firstError: string | null;
};

export function judgeRow(judge: Judge, context: JudgeContext): JudgeRow {
  const { parsed, turns, orders } = context;
  const ballots = parsed.flatMap((turn) => {
    const ballot = turn.ballots.find(({ model }) => model === judge.model);
    return ballot === undefined ? [] : [{ cluster: turn.cluster, turn, ballot }];
  });
  const swaps = orders === "both" ? swapsOf(ballots.map(({ ballot }) => ballot.verdicts)) : null;
  const first = clusteredShare(
    ballots.map(({ cluster, ballot }) => ({
      cluster,
      ...firstVotes(ballot.verdicts, ballot.orders),
    })),
  );
  const replies = turns.map((turn) => turn.replies[judge.model]);
  return {
    model: judge.model,
    provider: judge.provider,
    asked_everywhere: context.isEverywhere,
    score: context.score,
    score_without: context.scoreWithout,
    n_turns: ballots.length,
    n_replies: replies.reduce((sum, count) => sum + (count?.all ?? 0), 0),
    n_unread: replies.reduce((sum, count) => sum + (count?.unread ?? 0), 0),
    vote_shares: sharesOf(countVotes(ballots.map(({ ballot }) => ballot))),
    flip_rate: swaps === null || swaps.all === 0 ? null : round4(swaps.flipped / swaps.all),
    reversal_rate: swaps === null || swaps.all === 0 ? null : round4(swaps.reversed / swaps.all),
    n_swapped: swaps?.all ?? 0,
    first_share: first.share === null ? null : round4(first.share),
    first_share_interval:
      first.interval === null ? null : [round4(first.interval[0]), round4(first.interval[1])],
    n_decisive: ballots.reduce(
      (sum, { ballot }) => sum + firstVotes(ballot.verdicts, ballot.orders).all,
      0,
    ),
    // In a fixed order the better candidate and the first seat cannot be told apart.
    bias_significant:
      first.interval === null || orders === "fixed"
        ? null
        : first.interval[0] > 0.5 || first.interval[1] < 0.5,
    family_warning: familyWarning(judge.model, [...new Set(turns.flatMap((turn) => turn.models))]),
    first_error: context.firstError,
  };
}

// ---------------------------------------------------------------------------------------------

type Swaps = { readonly all: number; readonly flipped: number; readonly reversed: number };

/** Metric votes compared between the two orders of each turn. */
function swapsOf(pairs: readonly (readonly MetricValues[])[]): Swaps {
  const counts = { all: 0, flipped: 0, reversed: 0 };
  for (const [one, other] of pairs) {
    if (one === undefined || other === undefined) continue;
    for (const metric of METRICS) {
      const change = Math.abs(one[metric] - other[metric]);
      counts.all++;
      if (change > 0) counts.flipped++;
      if (change === 1) counts.reversed++;
    }
  }
  return counts;
}

/** Votes that are no draws, and how many of them went to MODEL 1. */
function firstVotes(
  verdicts: readonly MetricValues[],
  orders: readonly string[],
): { readonly hits: number; readonly all: number } {
  let hits = 0;
  let all = 0;
  for (const [at, verdict] of verdicts.entries()) {
    const winForFirst = orders[at] === "challenger_first" ? 1 : 0;
    for (const metric of METRICS) {
      if (verdict[metric] === 0.5) continue;
      all++;
      if (verdict[metric] === winForFirst) hits++;
    }
  }
  return { hits, all };
}
