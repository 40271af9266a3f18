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
import type { Score } from "../records/score.ts";
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
      // A note may be about what its writer saw of the pull request.
      review: turn.review === null ? null : { ...turn.review, note: "" },
    },
  ]);
  return safe ?? turn;
}

/** Details of a lost turn may quote the pull request, and so may judges who were shown words that stay here. */
export function scoreOf(score: Score, isHidden: boolean): Score {
  const { opponent_flags: _, ...rest } = score;
  return {
    ...rest,
    disqualified:
      score.disqualified === null ? null : { reason: score.disqualified.reason, detail: "" },
    judges: isHidden
      ? []
      : score.judges.map((judge) => ({ ...judge, raw: "", reasoning: null, unread_detail: null })),
  };
}

/** What a check said of a reply may quote it, and it may quote the pull request; no raw reply leaves. */
export function withoutDetail(run: RunInfo): RunInfo {
  const { raw: _, ...safe } = run;
  const { malformed } = safe;
  return malformed == null
    ? safe
    : { ...safe, malformed: { reason: malformed.reason, detail: "" } };
}

// ---------------------------------------------------------------------------------------------

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
