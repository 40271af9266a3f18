/**
 * The panel against the truth: what its scores say of two answers, and how much more often one of them led to a mended
 * package. Every interval is over clusters: turns of one package hang together.
 */
import { METRICS } from "../../records/score.ts";
import type { AnswerName } from "../../records/answer-names.ts";
import { playedIn, type OutcomeFile } from "../../records/outcome.ts";
import { clusterOf, type ClusterBy } from "../duel/cluster-by.ts";
import { clusteredShare, type Share } from "../duel/statistics.ts";
import type { TurnRow } from "../report/turn-row.ts";
import { aucOf, jackknifed, rankCorrelation, type Estimate } from "./rank.ts";
import { sizesFor, type SampleSizes } from "./sample-size.ts";
import type { TruthTurn } from "./truth-turn.ts";

export type ScorerTruth = {
  /** "panel", "judge <model>", "metric <name>". */
  readonly scorer: string;
  readonly n: number;
  /** How likely a turn that the challenger won in truth is scored above one that it lost; 0.5 by chance. */
  readonly auc: Estimate;
  /** Spearman's, of score and difference in pass rate. */
  readonly correlation: Estimate;
  /** Where both have a side: how often it is the same one. */
  readonly agreement: Share & { readonly n: number };
};

export type BandTruth = {
  /** "final", "score 80 to 100" ... */
  readonly band: string;
  readonly n: number;
  /** Turns on which the challenger's pass rate was above, the same, below. */
  readonly better: number;
  readonly same: number;
  readonly worse: number;
  /** Share of the turns on which it was above. */
  readonly precision: Share;
  readonly challenger: Share;
  readonly opponent: Share;
};

export type PanelTruth = {
  readonly turns: number;
  readonly clusters: number;
  readonly rollouts: number;
  readonly scorers: readonly ScorerTruth[];
  readonly buckets: readonly BandTruth[];
  readonly bands: readonly BandTruth[];
  /** Verdict of the audit -> turns whose answer names the solution, and the others. */
  readonly audit: readonly { verdict: string; names: number; others: number }[];
  readonly sizes: SampleSizes | null;
};

/** Turns with a score and outcomes of both answers. `mode` 1: the opponent is the reference. */
export function truthTurns(
  rows: readonly TurnRow[],
  outcomes: ReadonlyMap<string, OutcomeFile>,
  { cluster_by, mode }: { readonly cluster_by: ClusterBy; readonly mode: 1 | 2 },
): TruthTurn[] {
  return rows.flatMap((row) => {
    const outcome = outcomes.get(row.file);
    if (outcome === undefined) return [];
    const played = new Map(playedIn(outcome).map((one) => [one.answer, one]));
    const other: AnswerName = mode === 1 ? "reference" : "king";
    const [challenger, opponent] = [played.get("challenger"), played.get(other)];
    if (challenger === undefined || opponent === undefined) return [];
    if (challenger.k === 0 || opponent.k === 0) return [];
    return [
      {
        cluster: clusterOf({ ...row, repo: outcome.repo }, cluster_by),
        challenger,
        opponent,
        difference: challenger.passes / challenger.k - opponent.passes / opponent.k,
        scores: row.disqualified === null ? scoresOf(row) : new Map(),
        bucket: row.bucket,
        audit: row.audit,
        namesSolution: challenger.names_solution,
      },
    ];
  });
}

/** null without a turn. */
export function panelTruth(turns: readonly TruthTurn[]): PanelTruth | null {
  if (turns.length === 0) return null;
  const scorers = [...new Set(turns.flatMap(({ scores }) => [...scores.keys()]))];
  return {
    turns: turns.length,
    clusters: new Set(turns.map(({ cluster }) => cluster)).size,
    rollouts: turns.reduce((sum, one) => sum + one.challenger.k + one.opponent.k, 0),
    scorers: scorers.map((scorer) => scorerTruth(turns, scorer)),
    buckets: (["final", "refined", "defeat"] as const).map((bucket) =>
      bandTruth(
        bucket,
        turns.filter((turn) => turn.bucket === bucket),
      ),
    ),
    bands: BANDS.map(([low, high]) =>
      bandTruth(
        `${low} to ${high}`,
        turns.filter(({ scores }) => {
          const score = scores.get(PANEL);
          return score !== undefined && score >= low && (score < high || high === 100);
        }),
      ),
    ),
    audit: ["clean", "suspect", "leak", "unchecked"].map((verdict) => {
      const own = turns.filter(({ audit }) => (audit ?? "unchecked") === verdict);
      const names = own.filter(({ namesSolution }) => namesSolution).length;
      return { verdict, names, others: own.length - names };
    }),
    sizes: sizesFor(turns),
  };
}

// ---------------------------------------------------------------------------------------------

const PANEL = "panel";

/** Bounds of scores: the limits that buckets have by default stand among them. */
const BANDS = [
  [0, 34],
  [34, 50],
  [50, 66],
  [66, 80],
  [80, 100],
] as const;

function scoresOf(row: TurnRow): ReadonlyMap<string, number> {
  if (row.score === null) return new Map();
  return new Map([
    [PANEL, row.score],
    ...row.judges.map(({ model, score }) => [`judge ${model}`, score] as const),
    ...METRICS.flatMap((metric) => {
      const value = row.metrics?.[metric];
      return value === undefined ? [] : [[`metric ${metric}`, value] as const];
    }),
  ]);
}

function scorerTruth(turns: readonly TruthTurn[], scorer: string): ScorerTruth {
  const own = turns.flatMap(({ cluster, scores, difference }) => {
    const score = scores.get(scorer);
    return score === undefined ? [] : [{ cluster, score, difference }];
  });
  const sided = own.filter(({ score, difference }) => score !== 50 && difference !== 0);
  return {
    scorer,
    n: own.length,
    auc: jackknifed(own, aucOf, [0, 1]),
    correlation: jackknifed(own, rankCorrelation, [-1, 1]),
    agreement: {
      n: sided.length,
      ...clusteredShare(
        sided.map(({ cluster, score, difference }) => ({
          cluster,
          all: 1,
          hits: score > 50 === difference > 0 ? 1 : 0,
        })),
      ),
    },
  };
}

function bandTruth(band: string, turns: readonly TruthTurn[]): BandTruth {
  const share = (of: (turn: TruthTurn) => { hits: number; all: number }): Share =>
    clusteredShare(turns.map((turn) => ({ cluster: turn.cluster, ...of(turn) })));
  return {
    band,
    n: turns.length,
    better: turns.filter(({ difference }) => difference > 0).length,
    same: turns.filter(({ difference }) => difference === 0).length,
    worse: turns.filter(({ difference }) => difference < 0).length,
    precision: share(({ difference }) => ({ hits: difference > 0 ? 1 : 0, all: 1 })),
    challenger: share(({ challenger: { passes, k } }) => ({ hits: passes, all: k })),
    opponent: share(({ opponent: { passes, k } }) => ({ hits: passes, all: k })),
  };
}
