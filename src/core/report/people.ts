/** Whether people and panel see the same: kappa with its interval, and which judge is nearest to people. */
import { cohenKappa } from "../duel/agreement.ts";
import { clusterOf, type ClusterBy } from "../duel/cluster-by.ts";
import { studentUpper } from "../duel/student.ts";
import type { TurnRow } from "./turn-row.ts";

export type Agreement = {
  /** "the panel" or a judge. */
  readonly model: string;
  /** Turns with a person's verdict and a score of this judge. */
  readonly n: number;
  /** How many of them agree. */
  readonly same: number;
  /** Cohen's kappa over challenger, draw, king; null when chance alone explains all. */
  readonly kappa: number | null;
  /** 95 %, jackknife over clusters; null under three clusters. */
  readonly interval: readonly [number, number] | null;
};

export type People = {
  /** Turns with a verdict of a person that still holds. */
  readonly verdicts: number;
  readonly panel: Agreement;
  /** By kappa, best first; judges without one last. */
  readonly judges: readonly Agreement[];
  /** Turns whose bucket a person changed or set. */
  readonly decided: number;
  readonly outdated: number;
};

export function peopleOf(rows: readonly TurnRow[], clusterBy: ClusterBy): People {
  const reviewed = rows.filter((row) => row.review !== null && !row.review.outdated);
  const votes = reviewed.flatMap((row) =>
    row.review?.verdict == null ? [] : [{ row, person: PERSON[row.review.verdict] }],
  );
  const models = [
    ...new Set(votes.flatMap(({ row }) => row.judges.map((judge) => judge.model))),
  ].sort();
  const agreement = (model: string, scoreOf: (row: TurnRow) => number | null): Agreement => {
    const pairs = votes.flatMap(({ row, person }) => {
      const score = scoreOf(row);
      return score === null
        ? []
        : [{ cluster: clusterOf(row, clusterBy), pair: [person, sideOf(score)] as const }];
    });
    return {
      model,
      n: pairs.length,
      ...kappaOf(pairs),
      same: pairs.filter(({ pair: [a, b] }) => a === b).length,
    };
  };
  return {
    verdicts: votes.length,
    panel: agreement("the panel", (row) => (row.disqualified === null ? row.score : null)),
    judges: models
      .map((model) =>
        agreement(model, (row) => row.judges.find((judge) => judge.model === model)?.score ?? null),
      )
      .sort((a, b) => (b.kappa ?? -2) - (a.kappa ?? -2) || (a.model < b.model ? -1 : 1)),
    decided: rows.filter((row) => row.by === "person").length,
    outdated: rows.filter((row) => row.review?.outdated === true).length,
  };
}

/** Who a score favours: above 50 the challenger, below the king. */
export function sideOf(score: number): "challenger" | "draw" | "king" {
  return score > 50 ? "challenger" : score < 50 ? "king" : "draw";
}

// ---------------------------------------------------------------------------------------------

const PERSON = { 0: "draw", 1: "king", 2: "challenger" } as const;

type Pair = { readonly cluster: string; readonly pair: readonly [string, string] };

/** Kappa and its delete-one-cluster jackknife interval (Student's t at C - 1 degrees of freedom). */
function kappaOf(pairs: readonly Pair[]): Pick<Agreement, "kappa" | "interval"> {
  const kappa = cohenKappa(pairs.map(({ pair }) => pair));
  const clusters = [...new Set(pairs.map(({ cluster }) => cluster))];
  const left = clusters.flatMap(
    (cluster) =>
      cohenKappa(pairs.filter((entry) => entry.cluster !== cluster).map(({ pair }) => pair)) ?? [],
  );
  if (kappa === null || clusters.length < 3 || left.length < clusters.length)
    return { kappa, interval: null };
  const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
  const squares = left.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(((left.length - 1) / left.length) * squares);
  const reach = studentUpper(0.025, left.length - 1) * error;
  return { kappa, interval: [Math.max(-1, kappa - reach), Math.min(1, kappa + reach)] };
}
