/** score/_duel.json: the duel as a whole, from what each turn's score file says. */
import type { Duel } from "../../records/duel.ts";
import { SCHEMA } from "../../records/schema.ts";
import { METRICS, type Metric } from "../../records/score.ts";
import { configHash } from "../turn/hash.ts";
import { judgeRow } from "./bias.ts";
import { agreementOf } from "./agreement.ts";
import type { TurnFacts } from "./facts.ts";
import { boundsOf, gateReasons, marginOf, type GateRules } from "./gate.ts";
import { lengthEffect } from "./length.ts";
import { mixedOf, mixedReason } from "./mixed.ts";
import type { DuelRules } from "./rules.ts";
import { countVotes, round4, sharesOf, turnScore } from "./turn-score.ts";
import { warningsOf } from "./warnings.ts";

export type DuelInput = {
  /** One a score file, in any order. */
  readonly turns: readonly TurnFacts[];
  /** Answers without a score file: no challenger yet, or not judged yet. */
  readonly withoutScore: number;
  readonly cluster_by: string;
  /** Model -> why its first call of this run failed. */
  readonly failures: ReadonlyMap<string, string>;
  /** The duel before this one; null for the first look. */
  readonly previous: Pick<Duel, "looks" | "turns_hash" | "mixed"> | null;
  /** Told --mixed, now or before: verdicts of two versions are taken as they are. */
  readonly mixed?: boolean;
};

export function duelOf(input: DuelInput, rules: DuelRules, gate: GateRules): Duel {
  const turns = [...input.turns].sort((a, b) => (a.file < b.file ? -1 : 1));
  const parsed = turns.filter((turn) => turn.parsed);
  const lost = turns.filter((turn) => turn.disqualified !== null);
  const n_pending = input.withoutScore + turns.filter((turn) => turn.pending > 0).length;
  const n_turns = turns.length + input.withoutScore;
  const standing = standingOf(parsed, n_turns, rules, gate);
  const { bounds, challenger_score } = standing;
  const isTaken = input.mixed === true || input.previous?.mixed?.taken === true;
  const mixed = mixedOf(turns, rules.prompt_version, isTaken);
  const reasons = [...standing.reasons, ...[mixedReason(mixed)].flatMap((reason) => reason ?? [])];
  const accepted = n_pending > 0 ? null : reasons.length === 0;
  const clean = standingOf(
    parsed.filter((turn) => turn.disqualified === null),
    n_turns - lost.length,
    rules,
    gate,
  );
  const votes = countVotes(parsed.flatMap((turn) => turn.ballots));
  const everywhere = everywhereJudges(rules);
  const turns_hash = configHash(parsed.map((turn) => [turn.file, turn.score]));
  return {
    schema: SCHEMA,
    mode: rules.mode,
    accepted,
    reasons: n_pending > 0 ? [pendingReason(n_pending)] : reasons,
    challenger_score,
    king_score: challenger_score === null ? null : round4(100 - challenger_score),
    margin: challenger_score === null ? null : marginOf(challenger_score),
    win_margin: gate.win_margin,
    lcb: round6(bounds.lcb),
    lcb_plain: round6(bounds.lcb_plain),
    lcb_bootstrap: round6(bounds.lcb_bootstrap),
    lcb_t: round6(bounds.lcb_t),
    mean: round6(bounds.mean),
    standard_error: round6(bounds.standard_error),
    gate_alpha: gate.gate_alpha,
    bootstrap_resamples: gate.bootstrap_resamples,
    bootstrap: histogramOf(bounds.resampled),
    n_turns,
    n_parsed: parsed.length,
    n_unparsed: turns.filter((turn) => !turn.parsed && turn.pending === 0).length,
    n_pending,
    min_valid_turn_frac: gate.min_valid_turn_frac,
    n_disqualified: lost.length,
    disqualified: countBy(lost.flatMap((turn) => turn.disqualified ?? [])),
    without_disqualified: {
      n_turns: n_turns - lost.length,
      challenger_score: clean.challenger_score,
      margin: clean.challenger_score === null ? null : marginOf(clean.challenger_score),
      lcb: round6(clean.bounds.lcb),
      accepted: n_pending > 0 ? null : clean.reasons.length === 0,
    },
    n_clusters: bounds.n_clusters,
    cluster_by: input.cluster_by,
    by_judge: Object.fromEntries(standing.by_judge),
    by_metric: standing.by_metric,
    vote_shares: sharesOf(votes),
    n_votes: votes.win + votes.draw + votes.loss,
    judges: rules.panel.map((judge) =>
      judgeRow(judge, {
        parsed,
        turns,
        orders: rules.orders,
        isEverywhere: everywhere.includes(judge.model),
        score: standing.by_judge.get(judge.model) ?? null,
        scoreWithout: meanOf(
          [...standing.by_judge].filter(([model]) => model !== judge.model).map(([, s]) => s),
        ),
        firstError: input.failures.get(judge.model) ?? null,
      }),
    ),
    agreement: agreementOf(parsed, everywhere, rules.orders === "both"),
    length: lengthEffect(parsed),
    panel: rules.panelMode,
    orders: rules.orders,
    calls_saved: callsSaved(turns, rules),
    unread: countBy(turns.flatMap((turn) => turn.unread)),
    n_other_settings: turns.filter((turn) => turn.otherSettings).length,
    ...(mixed === null ? {} : { mixed }),
    n_flagged_histories: turns.filter((turn) => turn.flaggedHistory).length,
    n_flagged_opponents: turns.filter((turn) => turn.flaggedOpponent).length,
    warnings: warningsOf(turns, rules),
    ...looksOf(input.previous, turns_hash, accepted !== null),
    config_hash: rules.config_hash,
  };
}

/** The judges that every turn was put before: all of a full panel, the first `quorum` of a lazy one. */
export function everywhereJudges(rules: DuelRules): readonly string[] {
  const judges = rules.panelMode === "full" ? rules.panel : rules.panel.slice(0, rules.quorum);
  return judges.map((judge) => judge.model);
}

// ---------------------------------------------------------------------------------------------

type Standing = {
  readonly challenger_score: number | null;
  readonly by_judge: ReadonlyMap<string, number>;
  readonly by_metric: Record<string, number>;
  readonly bounds: ReturnType<typeof boundsOf>;
  readonly reasons: string[];
};

/** Scores, bounds and gate over some of the turns; `n_turns` is what the parsed ones are a part of. */
function standingOf(
  parsed: readonly TurnFacts[],
  n_turns: number,
  rules: DuelRules,
  gate: GateRules,
): Standing {
  const everywhere = everywhereJudges(rules);
  const byJudge = new Map<string, Record<Metric, number>>();
  for (const model of everywhere) {
    const means = judgeMeans(parsed, model);
    if (means !== null) byJudge.set(model, means);
  }
  const by_judge = new Map(
    [...byJudge].map(([model, means]) => [
      model,
      round4(METRICS.reduce((sum, metric) => sum + means[metric], 0) / METRICS.length),
    ]),
  );
  const by_metric = Object.fromEntries(
    METRICS.flatMap((metric) => {
      const mean = meanOf([...byJudge.values()].map((means) => means[metric]));
      return mean === null ? [] : [[metric, mean]];
    }),
  );
  // From the unrounded means of the metrics: every judge weighs the same, whatever it answered.
  const challenger_score = meanOf(
    [...byJudge.values()].map(
      (means) => METRICS.reduce((sum, metric) => sum + means[metric], 0) / METRICS.length,
    ),
  );
  const bounds = boundsOf(
    parsed.flatMap((turn) => {
      const score = gateScore(turn, everywhere);
      return score === null ? [] : [{ cluster: turn.cluster, score }];
    }),
    gate,
  );
  const counts = { n_turns, n_parsed: parsed.length };
  const reasons = gateReasons({ challengerScore: challenger_score, bounds, ...counts }, gate);
  return { challenger_score, by_judge, by_metric, bounds, reasons };
}

/** A judge's mean per metric, 0..100, over the turns it gave and those that nobody had to judge. */
function judgeMeans(parsed: readonly TurnFacts[], model: string): Record<Metric, number> | null {
  const sums = { correctness: 0, grounding: 0, progress: 0, protocol: 0, efficiency: 0 };
  let turns = 0;
  for (const turn of parsed) {
    const verdicts = turn.ballots.find((ballot) => ballot.model === model)?.verdicts;
    if (verdicts === undefined && turn.disqualified === null) continue;
    turns++;
    // Quarters of a vote, so that the sums are whole numbers.
    for (const verdict of verdicts ?? []) {
      for (const metric of METRICS) sums[metric] += (verdict[metric] * 4) / (verdicts?.length ?? 1);
    }
  }
  if (turns === 0) return null;
  for (const metric of METRICS) sums[metric] = (25 * sums[metric]) / turns;
  return sums;
}

/** What a turn brings to the gate: its score by the judges that were asked everywhere. */
function gateScore(turn: TurnFacts, everywhere: readonly string[]): number | null {
  if (turn.disqualified !== null) return 0;
  return (
    turnScore(turn.ballots.filter((ballot) => everywhere.includes(ballot.model)))?.score ?? null
  );
}

function looksOf(
  previous: DuelInput["previous"],
  turnsHash: string,
  isLook: boolean,
): Pick<Duel, "looks" | "turns_hash"> {
  const before = { looks: previous?.looks ?? 0, turns_hash: previous?.turns_hash ?? null };
  if (!isLook || before.turns_hash === turnsHash) return before;
  return { looks: before.looks + 1, turns_hash: turnsHash };
}

function callsSaved(turns: readonly TurnFacts[], rules: DuelRules): number {
  const orders = rules.orders === "both" ? 2 : 1;
  return turns.reduce((sum, { calls }) => sum + (calls.full - calls.asked) * orders, 0);
}

const BINS = 40;

/** Counts of equal bins over the resampled means; null for none or a single value. */
function histogramOf(ascending: Float64Array): NonNullable<Duel["bootstrap"]> | null {
  const low = ascending[0];
  const high = ascending.at(-1);
  if (low === undefined || high === undefined || low === high) return null;
  const counts = Array.from({ length: BINS }, () => 0);
  for (const mean of ascending) {
    const bin = Math.min(BINS - 1, Math.floor(((mean - low) / (high - low)) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { low: round6(low) ?? 0, high: round6(high) ?? 0, counts };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0
    ? null
    : round4(values.reduce((sum, value) => sum + value, 0) / values.length);
}

const round6 = (value: number | null): number | null =>
  value === null || Number.isNaN(value) ? null : Math.round(value * 1e6) / 1e6;

const pendingReason = (turns: number): string =>
  `${turns} ${turns === 1 ? "turn is" : "turns are"} still pending`;
