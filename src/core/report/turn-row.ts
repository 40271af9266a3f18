/** One turn as the report's table and the viewer's list show it: everything in a flat row. */
import type { Answer, Audit } from "../../records/answer.ts";
import type { RunLabel } from "../../records/prompt.ts";
import type { Bucket } from "../../records/exported.ts";
import type { Review } from "../../records/review.ts";
import type { MetricValues, Score } from "../../records/score.ts";
import type { BucketRules } from "../duel/bucket.ts";
import { decide, isCurrent } from "./person.ts";
import { judgeViews } from "./verdicts.ts";

export type TurnState =
  /** Judged, or lost before a judge was asked. */
  | "scored"
  /** Verdicts are still to come. */
  | "pending"
  /** All attempts used up without a quorum: in no bucket. */
  | "unparsed"
  /** No score file for the mode in force. */
  | "unscored";

export type TurnRow = {
  readonly file: string;
  readonly instance_id: string;
  readonly repo: string;
  readonly run: string;
  readonly turn: number | null;
  /** How its run ended; absent: not recorded. */
  readonly run_label?: RunLabel;
  readonly state: TurnState;
  /** 0..100, challenger's view. */
  readonly score: number | null;
  readonly metrics: MetricValues | null;
  /** The challenger's action style; "" when unscored. */
  readonly style: string;
  readonly bucket: Bucket | null;
  /** Why that bucket; "" for none. */
  readonly reason: string;
  readonly by: "panel" | "person" | null;
  /** Reason of a turn that was lost before a judge was asked. */
  readonly disqualified: string | null;
  /** A person's review; `outdated`: of another pair of candidates, counts for nothing. */
  readonly review: {
    readonly verdict: 0 | 1 | 2 | null;
    readonly bucket: Bucket | null;
    readonly note: string;
    readonly outdated: boolean;
  } | null;
  readonly judges: readonly {
    readonly model: string;
    readonly score: number;
    readonly metrics: MetricValues;
  }[];
  /** Highest minus lowest judge score; null under two judges. */
  readonly spread: number | null;
  /** Metric votes that changed with the order, of `swaps` pairs. */
  readonly flips: number;
  readonly swaps: number;
  /** Characters of both answers as they were judged; absent or null: not known. */
  readonly lengths?: { readonly opponent: number; readonly challenger: number } | null;
  readonly audit: Audit["verdict"] | null;
  /** Kinds of findings, sorted, each once. */
  readonly kinds: readonly string[];
};

export type RowInput = {
  readonly file: string;
  readonly answer: Pick<Answer, "instance_id" | "repo" | "run" | "run_label" | "turn" | "audit">;
  readonly score: Score | null;
  readonly review: Review | null;
};

/** `mode`: score files of the other mode count as none. */
export function turnRow(input: RowInput, rules: BucketRules, mode: 1 | 2): TurnRow {
  const { file, answer, review } = input;
  const score = input.score !== null && input.score.mode === mode ? input.score : null;
  const judges = score === null ? [] : judgeViews(score);
  const scores = judges.map((judge) => judge.score);
  const decision = score === null ? null : decide(score, review, rules);
  const kinds = (answer.audit?.findings ?? []).map((finding) => finding.kind);
  return {
    file,
    instance_id: answer.instance_id,
    repo: answer.repo ?? score?.repo ?? "",
    run: answer.run ?? score?.run ?? "",
    turn: answer.turn ?? null,
    ...(answer.run_label === undefined ? {} : { run_label: answer.run_label }),
    state: stateOf(score),
    score: score?.parsed === true ? score.score : null,
    metrics: score?.parsed === true ? score.metrics : null,
    style: score?.style ?? "",
    bucket: decision?.bucket ?? null,
    reason: decision?.reason ?? "",
    by: decision?.by ?? null,
    disqualified: score?.disqualified?.reason ?? null,
    review:
      review === null
        ? null
        : {
            verdict: review.verdict,
            bucket: review.bucket,
            note: review.note,
            outdated: !isCurrent(review, score),
          },
    judges: judges.map(({ model, score: value, metrics }) => ({ model, score: value, metrics })),
    spread: scores.length < 2 ? null : Math.max(...scores) - Math.min(...scores),
    flips: judges.reduce((sum, judge) => sum + judge.flips, 0),
    swaps: judges.reduce((sum, judge) => sum + judge.swaps, 0),
    lengths: score?.lengths ?? null,
    audit: answer.audit?.verdict ?? null,
    kinds: [...new Set(kinds)].sort(),
  };
}

/** Highest score first; turns without one last, by file name. */
export function byScore(a: TurnRow, b: TurnRow): number {
  if (a.score !== b.score) return (b.score ?? -1) - (a.score ?? -1);
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}

// ---------------------------------------------------------------------------------------------

function stateOf(score: Score | null): TurnState {
  if (score === null) return "unscored";
  if (score.parsed && score.score !== null) return "scored";
  return score.pending > 0 ? "pending" : "unparsed";
}
