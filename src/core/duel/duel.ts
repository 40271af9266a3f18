/** score/_duel.json: the duel as a whole, from what each turn's score file says. */
import type { Duel } from "../../records/duel.ts";
import { SCHEMA } from "../../records/schema.ts";
import { judgeRow } from "./bias.ts";
import { agreementOf } from "./agreement.ts";
import type { ClusterBy } from "./cluster-by.ts";
import { intraclassOf } from "./clusters.ts";
import type { TurnFacts } from "./facts.ts";
import { boundsOf, marginOf, valuesOf, type GateRules } from "./gate.ts";
import { lengthEffect } from "./length.ts";
import { mixedOf, mixedReason } from "./mixed.ts";
import type { DuelRules } from "./rules.ts";
import { decide, lookRecord, takeLook, type DuelPlan, type Previous } from "./look.ts";
import { sortedTurns, sortingOf, type Reckoning } from "./sorting.ts";
import { gateScore, scoreWithout, standingOf } from "./standing.ts";
import { countVotes, round4, sharesOf } from "./turn-score.ts";
import { everywhereJudges } from "./verdicts.ts";
import { gateWarnings, sortingWarnings, warningsOf } from "./warnings.ts";

export type DuelInput = {
  /** One a score file, in any order. */
  readonly turns: readonly TurnFacts[];
  /** Answers without a score file: no challenger yet, or not judged yet. */
  readonly withoutScore: number;
  readonly cluster_by: ClusterBy;
  readonly plan: DuelPlan;
  /** Why this look is not to be taken yet; absent: it may be. */
  readonly held?: string;
  /** Model -> why its first call of this run failed. */
  readonly failures: ReadonlyMap<string, string>;
  /** The duel before this one; null for the first look. */
  readonly previous: (Previous & Pick<Duel, "mixed">) | null;
  /** What is known of the panel's error; null or absent: too little. */
  readonly reckoning?: Reckoning;
  /** Told --mixed, now or before: verdicts of two versions are taken as they are. */
  readonly mixed?: boolean;
};

export function duelOf(input: DuelInput, rules: DuelRules, gate: GateRules): Duel {
  const turns = [...input.turns].sort((a, b) => (a.file < b.file ? -1 : 1));
  const parsed = turns.filter((turn) => turn.parsed);
  const lost = turns.filter((turn) => turn.disqualified !== null);
  const n_pending = input.withoutScore + turns.filter((turn) => turn.pending > 0).length;
  const n_turns = turns.length + input.withoutScore;
  const everywhere = everywhereJudges(rules).map(({ model }) => model);
  const { cluster_by, plan, previous, held } = input;
  const asked = { turns, parsed, n_turns, n_pending, everywhere, plan, cluster_by, previous };
  const taken = takeLook({ ...asked, mode: rules.mode, held }, gate);
  const about = { everywhere, alpha: taken.alpha, cluster_by };
  const standing = standingOf({ ...about, parsed, n_turns }, gate);
  const { bounds, challenger_score } = standing;
  const isTaken = input.mixed === true || input.previous?.mixed?.taken === true;
  const mixed = mixedOf(turns, rules.prompt_version, isTaken);
  const reasons = [...standing.reasons, ...[mixedReason(mixed)].flatMap((reason) => reason ?? [])];
  const decided =
    n_pending > 0
      ? { accepted: null, reasons: [pendingReason(n_pending)] }
      : decide(taken, reasons, gate);
  const { accepted } = decided;
  const against = taken.look.kind === "nothing_left" && accepted === true ? reasons : [];
  const clean = standingOf(
    {
      ...about,
      parsed: parsed.filter((turn) => turn.disqualified === null),
      n_turns: n_turns - lost.length,
    },
    gate,
  );
  const sorting =
    input.reckoning == null
      ? null
      : sortingOf(sortedTurns(parsed, everywhere), input.reckoning, rules.bucket);
  const votes = countVotes(parsed.flatMap((turn) => turn.ballots));
  return {
    schema: SCHEMA,
    mode: rules.mode,
    ...decided,
    challenger_score,
    king_score: challenger_score === null ? null : round4(100 - challenger_score),
    margin: challenger_score === null ? null : marginOf(challenger_score),
    win_margin: gate.win_margin,
    lcb: round6(bounds.lcb),
    lcb_half_sample: round6(bounds.lcb_half_sample),
    lcb_bootstrap_t: round6(bounds.lcb_bootstrap_t),
    lcb_instance:
      cluster_by === "instance_id" ? round6(bounds.lcb) : instanceBound(parsed, about, gate),
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
    n_effective_clusters: round4(bounds.n_effective_clusters),
    skewness: round6(bounds.skewness),
    icc: { repo: icc(parsed, everywhere, "repo"), instance: icc(parsed, everywhere, "instance") },
    cluster_by,
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
        score: standing.own_by_judge.get(judge.model) ?? null,
        scoreWithout: scoreWithout(parsed, everywhere, judge.model),
        firstError: input.failures.get(judge.model) ?? null,
      }),
    ),
    agreement: agreementOf(parsed, everywhere, rules.orders === "both"),
    length: lengthEffect(parsed),
    panel: typeof rules.panelMode === "string" ? rules.panelMode : "sequential",
    orders: rules.orders,
    ...(typeof rules.panelMode === "string"
      ? {}
      : { vote_model: { judges: [...everywhere], ...rules.panelMode.votes } }),
    ...(sorting === null ? {} : { sorting }),
    calls_saved: callsSaved(turns, rules),
    unread: countBy(turns.flatMap((turn) => turn.unread)),
    n_other_settings: turns.filter((turn) => turn.otherSettings).length,
    ...(mixed === null ? {} : { mixed }),
    n_flagged_histories: turns.filter((turn) => turn.flaggedHistory).length,
    n_flagged_opponents: turns.filter((turn) => turn.flaggedOpponent).length,
    warnings: [
      ...warningsOf(turns, rules),
      ...sortingWarnings(sorting, rules.bucket),
      ...gateWarnings({ turns, parsed, bounds, cluster_by, accepted, previous, plan, against }),
    ],
    ...lookRecord(taken, accepted, asked, gate),
    config_hash: rules.config_hash,
  };
}

// ---------------------------------------------------------------------------------------------

function callsSaved(turns: readonly TurnFacts[], rules: DuelRules): number {
  const orders = rules.orders === "both" ? 2 : 1;
  return turns.reduce((sum, { calls }) => sum + (calls.full - calls.asked) * orders, 0);
}

type About = { readonly everywhere: readonly string[]; readonly alpha: number };

/** The bound as if instances were independent: shown beside the one that decides. */
function instanceBound(
  parsed: readonly TurnFacts[],
  { everywhere, alpha }: About,
  gate: GateRules,
): number | null {
  const turns = parsed.flatMap((turn) => {
    const score = gateScore(turn, everywhere);
    return score === null ? [] : [{ cluster: turn.instance, score }];
  });
  return round6(boundsOf(turns, gate, alpha).lcb);
}

function icc(
  parsed: readonly TurnFacts[],
  everywhere: readonly string[],
  by: "repo" | "instance",
): { value: number; interval: [number, number] } | null {
  const turns = parsed.flatMap((turn) => {
    const score = gateScore(turn, everywhere);
    return score === null ? [] : [{ cluster: turn[by], score }];
  });
  const found = intraclassOf(valuesOf(turns));
  return found === null
    ? null
    : {
        value: round4(found.icc),
        interval: [round4(found.interval[0]), round4(found.interval[1])],
      };
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

const round6 = (value: number | null): number | null =>
  value === null || Number.isNaN(value) ? null : Math.round(value * 1e6) / 1e6;

const pendingReason = (turns: number): string =>
  `${turns} ${turns === 1 ? "turn is" : "turns are"} still pending`;
