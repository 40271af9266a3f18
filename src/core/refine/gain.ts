/**
 * What second answers came to. The one figure that is claimed is the difference between the turns that were
 * shown the judges' reasons and the control: both were chosen by their first score, so both fall back or
 * rise by luck alike. The change against the first score is shown and says nothing by itself.
 */
import type { Answer } from "../../records/answer.ts";
import type { Bucket } from "../../records/exported.ts";
import type { BucketRules } from "../duel/bucket.ts";
import { clustersOf, meanOf, standardErrorOf } from "../duel/clusters.ts";
import { studentUpper } from "../duel/student.ts";
import type { TurnRow } from "../report/turn-row.ts";

export type RefinedTurn = {
  readonly file: string;
  readonly cluster: string;
  /** Shown the reasons; false: control. */
  readonly reasons: boolean;
  /** Scores 0..100, and buckets, of the first and the second answer; null: not judged (to the end). */
  readonly before: number | null;
  readonly after: number | null;
  readonly from: Bucket;
  readonly to: Bucket | null;
  /** Why it was not judged; null: it was, or is still to come. */
  readonly dropped: string | null;
};

/** Points, with a 95 % interval over clusters; null where there is nothing to compute it from. */
export type Change = {
  readonly n: number;
  readonly mean: number | null;
  readonly interval: readonly [number, number] | null;
};

export type Gain = {
  /** Turns that were begun, and of these: judged, dropped by reason, still to come. */
  readonly begun: number;
  readonly judged: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly pending: number;
  /** Of the judged ones, by their buckets. */
  readonly rose: number;
  readonly stayed: number;
  readonly fell: number;
  readonly shown: Change;
  readonly control: Change;
  /** Reasons shown minus control. */
  readonly difference: Change;
};

export function gainOf(turns: readonly RefinedTurn[]): Gain {
  const judged = turns.filter(isJudged);
  const dropped: Record<string, number> = {};
  for (const { dropped: why } of turns) if (why !== null) dropped[why] = (dropped[why] ?? 0) + 1;
  const moved = (sign: number): number =>
    judged.filter((turn) => Math.sign(rankOf(turn.to) - rankOf(turn.from)) === sign).length;
  const lost = turns.filter((turn) => turn.dropped !== null).length;
  const changes = judged.map(({ cluster, reasons, before, after }) => ({
    cluster,
    reasons,
    value: after - before,
  }));
  const shown = changes.filter(({ reasons }) => reasons);
  const control = changes.filter(({ reasons }) => !reasons);
  return {
    begun: turns.length,
    judged: judged.length,
    dropped,
    pending: turns.length - judged.length - lost,
    rose: moved(1),
    stayed: moved(0),
    fell: moved(-1),
    shown: changeOf(shown),
    control: changeOf(control),
    difference: differenceOf(shown, control),
  };
}

/**
 * Where a second answer belongs by its own score. A reckoned score is of the turns that were weighed
 * together, and a selected one is not among them: by "posterior" it is sorted by its score.
 */
export const refinedRules = (rules: BucketRules): BucketRules =>
  rules.by === "posterior" ? { ...rules, by: "score" } : rules;

/** As the report tells of it. */
export function refinedTurn({
  name,
  cluster,
  answer,
  row,
}: {
  readonly name: string;
  readonly cluster: string;
  readonly answer: Pick<Answer, "refined_from" | "challenger_drop">;
  readonly row: Pick<TurnRow, "score" | "bucket" | "state">;
}): RefinedTurn {
  const unread = row.state === "unparsed" ? "no_quorum" : null;
  return {
    file: name,
    cluster,
    reasons: answer.refined_from?.reasons ?? true,
    before: answer.refined_from?.score ?? null,
    after: row.score,
    from: "refined",
    to: row.bucket,
    dropped: answer.challenger_drop?.reason ?? unread,
  };
}

// ---------------------------------------------------------------------------------------------

type Judged = RefinedTurn & { readonly before: number; readonly after: number };

const isJudged = (turn: RefinedTurn): turn is Judged =>
  turn.before !== null && turn.after !== null && turn.to !== null && turn.dropped === null;

const rankOf = (bucket: Bucket | null): number =>
  bucket === "final" ? 2 : bucket === "refined" ? 1 : 0;

type Valued = { readonly cluster: string; readonly value: number };

function changeOf(values: readonly Valued[]): Change {
  if (values.length === 0) return { n: 0, mean: null, interval: null };
  const clusters = clustersOf(values);
  const mean = meanOf(clusters);
  return {
    n: values.length,
    mean,
    interval: around(mean, standardErrorOf(clusters), clusters.sums.length),
  };
}

/**
 * Difference of two means over the same clusters: every turn's influence on the difference, (value - mean
 * of its half) / size of its half with the half's sign, is summed up by cluster, since turns of one
 * repository are in both halves.
 */
function differenceOf(shown: readonly Valued[], control: readonly Valued[]): Change {
  const n = shown.length + control.length;
  if (shown.length === 0 || control.length === 0) return { n, mean: null, interval: null };
  const meanOfHalf = (half: readonly Valued[]): number =>
    half.reduce((sum, { value }) => sum + value, 0) / half.length;
  const influence = new Map<string, number>();
  for (const [half, sign] of [
    [shown, 1],
    [control, -1],
  ] as const) {
    const mean = meanOfHalf(half);
    for (const { cluster, value } of half) {
      const part = (sign * (value - mean)) / half.length;
      influence.set(cluster, (influence.get(cluster) ?? 0) + part);
    }
  }
  const clusters = influence.size;
  const squares = [...influence.values()].reduce((sum, part) => sum + part * part, 0);
  const error = clusters < 2 ? null : Math.sqrt((clusters / (clusters - 1)) * squares);
  const mean = meanOfHalf(shown) - meanOfHalf(control);
  return { n, mean, interval: around(mean, error, clusters) };
}

/** Student's interval with clusters - 1 degrees of freedom. */
function around(
  mean: number,
  error: number | null,
  clusters: number,
): readonly [number, number] | null {
  if (error === null) return null;
  const reach = studentUpper(0.025, clusters - 1) * error;
  return [mean - reach, mean + reach];
}
