/**
 * What a challenger's reply makes of its answer record, for both strategies: a try that is asked
 * again, or the answer that stays. Pure; the stage writes the record after every reply, so that a run
 * that is killed goes on from what was paid for.
 */
import type { Answer, Audit, Try } from "../../records/answer.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import type { Rollouts } from "../../records/rollouts.ts";
import type { RunInfo } from "../../records/run-info.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { ChatReply } from "../../work.ts";
import { auditAnswer, type AuditInput, type AuditThresholds } from "../audit/audit.ts";
import type { Blind } from "../audit/blind.ts";
import { isForJudge, type GroundingOf } from "./for-judge.ts";
import { isInOtherLanguage, OTHER_LANGUAGE } from "./other-language.ts";
import { kindsOf, leakFault, toldKinds } from "../audit/fault.ts";
import type { Message } from "../../records/message.ts";
import { checkReply } from "../turn/protocol.ts";
import { isUsedUp, nextAttempt, sumOfTries, tryOf, tookOf } from "../turn/tries.ts";

export type FilingRules = {
  /** Askings until the form is right. */
  readonly attempts: number;
  /** Askings after the first when the audit says leak. */
  readonly leak_attempts: number;
  readonly limits: AuditThresholds;
  /** Replies go before the grounding judge first, those that `grounding_of` names. */
  readonly grounding: boolean;
  readonly grounding_of: GroundingOf;
  readonly prompt_version: string;
  readonly config_hash: string;
};

export type Filed = {
  readonly answer: Answer;
  /** False: asked again. */
  readonly isAnswered: boolean;
};

/**
 * A reply of the informed challenger. Malformed: asked again, and kept with a mark once `attempts`
 * are used up. A leak: asked again with the finding named, and kept with its verdict, which loses
 * the turn, once `leak_attempts` are used up. The two allowances are counted apart.
 */
export function fileReply(
  { answer, pr, others, rollouts }: InView,
  reply: ChatReply,
  rules: FilingRules,
  time: string,
): Filed {
  const tries = answer.challenger_tries ?? [];
  const form = checkReply(reply, answer);
  const limits = limitsOf(answer, rules.limits);
  const audit = auditAnswer(
    {
      ...seenBy(answer),
      answer: form.text,
      pr,
      others,
      canaries: answer.canaries,
      blind: blindOf(answer, rollouts),
    },
    limits,
  );
  const audited = { ...answer, audit, ...kingAudit(answer, pr, rules.limits, others, rollouts) };
  const kept = { text: form.text, message: form.message, reply, tries, rules, time };
  const fault = form.ok && isInOtherLanguage(form.text, answer) ? OTHER_LANGUAGE : form;
  if ("reason" in fault) {
    const tried = [...tries, tryOf(nextAttempt(tries), reply, fault, time)];
    const malformed = { reason: fault.reason, detail: fault.detail };
    return isUsedUp(tried.filter(isMalformed), rules.attempts)
      ? keep({ ...audited, challenger_tries: tried }, { ...kept, malformed })
      : again(answer, tried);
  }
  if (audit.verdict !== "leak") {
    return rules.grounding && isForJudge(answer, pr, audit, rules.grounding_of)
      ? askGrounding(answer, reply, audit, time)
      : keep(audited, kept);
  }
  const tried = [...tries, leakTry(nextAttempt(tries), reply, audit, time)];
  return isSameLeak(tries, audit) || isUsedUp(tried.filter(isLeak), rules.leak_attempts + 1)
    ? keep({ ...audited, challenger_tries: tried }, kept)
    : again(answer, tried);
}

/** A turn with all that its audit goes by. */
export type InView = {
  readonly answer: Answer;
  readonly pr: PullRequest;
  /** Other pull requests of the repository. */
  readonly others?: readonly PullRequest[] | undefined;
  /** Other blind runs of the instance; null: none were read. */
  readonly rollouts?: Rollouts | null | undefined;
};

/** What a challenger of the turn is held against: what its king says too is no leak. */
export const blindOf = (
  { king, turn }: Pick<Answer, "king" | "turn">,
  rollouts: Rollouts | null | undefined,
): Blind => ({ king, turn, rollouts });

/** A reply that was asked for again because of a leak is a leak from the lower limit on. */
export function limitsOf(
  answer: Pick<Answer, "challenger_tries">,
  limits: AuditThresholds,
): AuditThresholds {
  const isRetry = (answer.challenger_tries ?? []).some(isLeak);
  const { leak_min, retry_min = leak_min } = limits;
  return isRetry ? { ...limits, leak_min: Math.min(leak_min, retry_min) } : limits;
}

/** True for a leak of a kind that the challenger was told of before: to ask a third time would teach it to hide. */
export function isSameLeak(tries: readonly Try[], audit: Audit): boolean {
  const [kind = ""] = kindsOf(audit);
  return tries
    .filter(isLeak)
    .some((one) => one.audit !== undefined && toldKinds(one.audit).includes(kind));
}

/** What the agent of a turn had seen. */
export const seenBy = ({
  messages,
  tools,
}: Pick<Answer, "messages" | "tools">): Pick<AuditInput, "messages" | "tools"> => ({
  messages,
  tools,
});

/** The king is blind, so what the audit finds in it is the audit's own error rate: a control. */
export function kingAudit(
  answer: Pick<Answer, "king" | "messages" | "tools" | "turn">,
  pr: PullRequest | null,
  limits: AuditThresholds,
  others?: readonly PullRequest[],
  rollouts?: Rollouts | null,
): { king_audit?: Audit } {
  if (answer.king === "") return {};
  return {
    king_audit: auditAnswer(
      {
        ...seenBy(answer),
        answer: answer.king,
        pr,
        others,
        blind: { turn: answer.turn, rollouts },
      },
      limits,
    ),
  };
}

/** The suspect answer that waits for the judge: the last try; null when none does. */
export function waitingForGrounding(answer: Pick<Answer, "challenger_tries">): Try | null {
  const last = answer.challenger_tries?.at(-1);
  return last?.reason === "ungrounded" ? last : null;
}

export const isLeak = (one: Try): boolean => one.reason === "leak";
const OTHER_REASONS: ReadonlySet<string> = new Set([
  "leak",
  "candidate",
  "not_chosen",
  "unread_ranking",
  "ungrounded",
  "grounded",
]);

/** Losing candidates and unread rankings are tries too; they use up no allowance of the form. */
export const isMalformed = (one: Try): boolean => !OTHER_REASONS.has(one.reason);

/** A leaking reply as a try; its audit stays with it, in answer/ alone. */
export function leakTry(attempt: number, reply: ChatReply, audit: Audit, time: string): Try {
  const fault = { reason: "leak", detail: leakFault(audit) };
  return { ...tryOf(attempt, reply, fault, time), audit };
}

export type Kept = {
  readonly text: string;
  /** The answer with its calls, where it has any. */
  readonly message: Message | undefined;
  readonly reply: ChatReply;
  /** The tries before this reply: they cost too. */
  readonly tries: readonly Try[];
  readonly malformed?: RunInfo["malformed"];
  readonly rules: Pick<FilingRules, "prompt_version" | "config_hash">;
  readonly time: string;
};

/** The record with its challenger; the cost is that of every call made for it. */
export function keep(answer: Answer, kept: Kept): Filed {
  const { text, message, reply, tries, malformed, rules, time } = kept;
  const { challenger_drop: _asked, challenger_message: _before, ...rest } = answer;
  return {
    isAnswered: true,
    answer: {
      ...rest,
      schema: SCHEMA,
      challenger: text,
      ...(message === undefined ? {} : { challenger_message: message }),
      challenger_run: {
        model: reply.model,
        provider: reply.provider,
        ...(reply.answered_by === undefined ? {} : { answered_by: reply.answered_by }),
        prompt_version: rules.prompt_version,
        config_hash: rules.config_hash,
        ...sumOfTries(tries, reply),
        attempts: nextAttempt(tries),
        finish_reason: reply.finish_reason,
        ...tookOf(reply),
        time,
        ...(malformed == null ? {} : { malformed }),
      },
    },
  };
}

/** Puts a suspect reply aside until the judge has seen it. */
function askGrounding(answer: Answer, reply: ChatReply, audit: Audit, time: string): Filed {
  const tries = answer.challenger_tries ?? [];
  const fault = { reason: "ungrounded", detail: `${audit.verdict}: the grounding judge is asked` };
  const waiting = {
    ...tryOf(nextAttempt(tries), reply, fault, time),
    audit,
    model: reply.model,
    provider: reply.provider,
  };
  return again(answer, [...tries, waiting]);
}

export function again(answer: Answer, tries: readonly Try[]): Filed {
  return { isAnswered: false, answer: { ...answer, challenger_tries: [...tries] } };
}
