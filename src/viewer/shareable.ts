/**
 * A turn as it may be passed on: secrets masked, and nothing of what the pull request hid. Built field by
 * field, so that a new field of a record stays here until somebody lets it out.
 */
import { hidesChallenger, shownWords } from "../core/exit/hidden.ts";
import type { Masker } from "../core/exit/masker.ts";
import type { Answer } from "../records/answer.ts";
import type { Message } from "../records/message.ts";
import type { Review } from "../records/review.ts";
import type { RunInfo } from "../records/run-info.ts";
import type { Judgement, Score } from "../records/score.ts";
import { FIRST_SHOWN } from "./query.ts";

export type SharedTurn = {
  readonly answer: Answer;
  readonly score: Score | null;
  readonly review: Review | null;
};

export async function shareable(masker: Masker, turn: SharedTurn): Promise<SharedTurn> {
  const isHidden = hidesChallenger(turn.answer);
  const [safe] = await masker.mask([
    {
      answer: answerOf(turn.answer, isHidden),
      score: turn.score === null ? null : scoreOf(turn.score, isHidden),
      review: turn.review === null ? null : reviewOf(turn.review),
    },
  ]);
  return safe ?? turn;
}

/** Details of a lost turn may quote the pull request, and so may judges who were shown words that stay here. */
export function scoreOf(score: Score, isHidden: boolean): Score {
  const { disqualified, judges, history_flags } = score;
  return {
    ...picked(score, SCORE_FIELDS),
    disqualified: disqualified === null ? null : { reason: disqualified.reason, detail: "" },
    judges: isHidden ? [] : judges.map(judgementOf),
    ...(history_flags === undefined
      ? {}
      : { history_flags: history_flags.map((flag) => picked(flag, FLAG_FIELDS)) }),
  };
}

/** What a check said of a reply may quote it, and it may quote the pull request; no raw reply leaves. */
export function withoutDetail(run: RunInfo): RunInfo {
  const { malformed } = run;
  return {
    ...picked(run, RUN_FIELDS),
    usage: picked(run.usage, USAGE_FIELDS),
    ...(malformed == null ? {} : { malformed: { reason: malformed.reason, detail: "" } }),
  };
}

/** A person's word; the note may be about what its writer saw of the pull request. */
export const reviewOf = (review: Review): Review => ({
  ...picked(review, REVIEW_FIELDS),
  note: "",
});

// ---------------------------------------------------------------------------------------------

const USAGE_FIELDS = [
  "prompt_tokens",
  "cached_tokens",
  "completion_tokens",
  "reasoning_tokens",
] as const;

const RUN_FIELDS = [
  "model",
  "provider",
  "answered_by",
  "prompt_version",
  "config_hash",
  "cost_usd",
  "attempts",
  "finish_reason",
  "latency_ms",
  "time",
] as const;

const JUDGE_FIELDS = [
  "model",
  "provider",
  "answered_by",
  "order",
  "attempt",
  "metrics",
  "reason",
  "unread",
  "failed",
  "superseded",
  "config_hash",
  "prompt_version",
  "finish_reason",
  "cost_usd",
  "pair_hash",
  "time",
] as const;

const SCORE_FIELDS = [
  "schema",
  "file",
  "instance_id",
  "mode",
  "score",
  "metrics",
  "style",
  "parsed",
  "pending",
  "config_hash",
  "repo",
  "run",
  "pair_hash",
  "plain_hash",
  "votes",
  "decisive_score",
  "posterior",
  "not_asked",
  "lengths",
  "outcome",
  "refined_from",
  "king_model",
  "challenger_model",
] as const;

const REVIEW_FIELDS = ["schema", "file", "verdict", "bucket", "time", "pair_hash"] as const;

const FLAG_FIELDS = ["kind", "text", "message"] as const;

const judgementOf = (judge: Judgement): Judgement => ({
  ...picked(judge, JUDGE_FIELDS),
  usage: picked(judge.usage, USAGE_FIELDS),
  raw: "",
  reasoning: null,
});

/** Those of the named fields that are there. */
function picked<T extends object, K extends keyof T>(record: T, fields: readonly K[]): Pick<T, K> {
  const found = fields.filter((field) => field in record).map((field) => [field, record[field]]);
  return Object.fromEntries(found) as Pick<T, K>;
}

function answerOf(answer: Answer, isHidden: boolean): Answer {
  const { schema, instance_id, king, assistant, repo, run, turn, king_run, challenger_run } =
    answer;
  return {
    schema,
    instance_id,
    king,
    assistant,
    challenger: isHidden ? "" : answer.challenger,
    messages: shownMessages(answer.messages),
    ...(repo === undefined ? {} : { repo }),
    ...(run === undefined ? {} : { run }),
    ...(turn === undefined ? {} : { turn }),
    ...(king_run === undefined ? {} : { king_run: withoutDetail(king_run) }),
    ...(challenger_run === undefined ? {} : { challenger_run: withoutDetail(challenger_run) }),
    ...(answer.audit === undefined ? {} : { audit: auditOf(answer.audit) }),
  };
}

/** What was found is named by its kind; only a manner of speaking is quoted. */
function auditOf({ verdict, findings }: NonNullable<Answer["audit"]>): Answer["audit"] {
  return {
    verdict,
    findings: findings.map((finding) => ({
      kind: finding.kind,
      text: shownWords(finding) ?? "",
      span: [0, 0],
      evidence: "",
    })),
  };
}

/** The task and the last messages; those between keep their places alone. */
function shownMessages(messages: readonly Message[]): Message[] {
  const task = messages.findIndex(({ role }) => role === "user");
  return messages.map((message, at) =>
    at === task || at >= messages.length - FIRST_SHOWN
      ? message
      : { role: message.role, content: "" },
  );
}
