/**
 * How some of the turns stand: scores, bounds and gate. One estimand: the challenger's score is the
 * mean of the very turn scores that the gate takes its bound of, and a lost turn counts once.
 */
import { METRICS, type Metric } from "../../records/score.ts";
import type { TurnFacts } from "./facts.ts";
import { boundsOf, gateReasons, type Bounds, type GateRules, type GateTurn } from "./gate.ts";
import { metricValues, round4, turnScore } from "./turn-score.ts";

export type Standing = {
  /** 0..100: the mean of the turn scores that the gate uses; null without any. */
  readonly challenger_score: number | null;
  /** A diagnosis: each judge's mean over its own turns, with lost turns at their share of all. */
  readonly by_judge: ReadonlyMap<string, number>;
  /** Each judge's mean over the turns that it gave, lost ones left out. */
  readonly own_by_judge: ReadonlyMap<string, number>;
  /** Their mean is the challenger's score. */
  readonly by_metric: Record<string, number>;
  readonly bounds: Bounds;
  readonly reasons: string[];
};

export type StandingInput = {
  readonly parsed: readonly TurnFacts[];
  /** What the parsed ones are a part of. */
  readonly n_turns: number;
  /** The judges that every turn was put before. */
  readonly everywhere: readonly string[];
  /** The level that this look takes the bound at. */
  readonly alpha: number;
  readonly cluster_by: string;
};

export function standingOf(input: StandingInput, gate: GateRules): Standing {
  const { parsed, n_turns, everywhere, alpha, cluster_by } = input;
  const scored = parsed.flatMap((turn) => {
    const score = gateScore(turn, everywhere);
    return score === null ? [] : [{ turn, score }];
  });
  const turns = scored.map(({ turn, score }) => ({ cluster: turn.cluster, score }));
  const challenger_score = meanScore(turns);
  const bounds = boundsOf(turns, gate, alpha);
  const counts = { n_turns, n_parsed: parsed.length };
  return {
    challenger_score,
    by_judge: byJudge(parsed, everywhere, true),
    own_by_judge: byJudge(parsed, everywhere, false),
    by_metric: byMetric(
      scored.map(({ turn }) => turn),
      everywhere,
    ),
    bounds,
    reasons: gateReasons(
      { challengerScore: challenger_score, bounds, alpha, cluster_by, ...counts },
      gate,
    ),
  };
}

/** What a turn brings to the gate: its score by the judges that were asked everywhere, lost: 0. */
export function gateScore(turn: TurnFacts, everywhere: readonly string[]): number | null {
  if (turn.disqualified !== null) return 0;
  if (turn.ofOutcome === true) return turn.score;
  return (
    turnScore(turn.ballots.filter((ballot) => everywhere.includes(ballot.model)))?.score ?? null
  );
}

/** The duel score without one of the judges; null where no other was asked everywhere. */
export function scoreWithout(
  parsed: readonly TurnFacts[],
  everywhere: readonly string[],
  model: string,
): number | null {
  const others = everywhere.filter((other) => other !== model);
  if (others.length === 0) return null;
  return meanScore(
    parsed.flatMap((turn) => {
      const score = gateScore(turn, others);
      return score === null ? [] : [{ cluster: turn.cluster, score }];
    }),
  );
}

// ---------------------------------------------------------------------------------------------

/** From whole ten-thousandths, so that the order of turns does not matter. */
function meanScore(turns: readonly GateTurn[]): number | null {
  if (turns.length === 0) return null;
  const sum = turns.reduce((all, { score }) => all + Math.round(score * 10_000), 0);
  return round4(sum / turns.length / 10_000);
}

function byJudge(
  parsed: readonly TurnFacts[],
  everywhere: readonly string[],
  withLost: boolean,
): ReadonlyMap<string, number> {
  const lost = parsed.filter((turn) => turn.disqualified !== null).length;
  const kept = !withLost ? 1 : parsed.length === 0 ? 0 : 1 - lost / parsed.length;
  return new Map(
    everywhere.flatMap((model) => {
      const scores = parsed.flatMap(
        (turn) => turnScore(turn.ballots.filter((ballot) => ballot.model === model))?.score ?? [],
      );
      if (scores.length === 0) return lost === 0 || !withLost ? [] : [[model, 0] as const];
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      return [[model, round4(mean * kept)] as const];
    }),
  );
}

function byMetric(
  scored: readonly TurnFacts[],
  everywhere: readonly string[],
): Record<string, number> {
  if (scored.length === 0) return {};
  const sums = new Map<Metric, number>();
  for (const turn of scored) {
    const metrics =
      turn.ofOutcome === true && turn.disqualified === null
        ? metricValues(() => turn.score ?? 0)
        : turn.disqualified === null
          ? turnScore(turn.ballots.filter((ballot) => everywhere.includes(ballot.model)))?.metrics
          : metricValues(() => 0);
    for (const metric of METRICS) {
      sums.set(metric, (sums.get(metric) ?? 0) + Math.round((metrics?.[metric] ?? 0) * 10_000));
    }
  }
  return Object.fromEntries(
    METRICS.map((metric) => [metric, round4((sums.get(metric) ?? 0) / scored.length / 10_000)]),
  );
}
