/**
 * The grounding judge's step: an answer waits as a try while a model that sees history and
 * answer, and not the pull request, lists its claims without support. One such claim makes it a leak.
 */
import type { Audit, Finding, Try } from "../../records/answer.ts";
import type { ChatReply } from "../../work.ts";
import type { AuditThresholds } from "../audit/audit.ts";
import { scoreOfFindings } from "../audit/weigh.ts";
import { leakFault } from "../audit/fault.ts";
import { checkAnswer } from "../turn/protocol.ts";
import { isUsedUp, saidInTry } from "../turn/tries.ts";
import {
  again,
  isLeak,
  isSameLeak,
  keep,
  kingAudit,
  limitsOf,
  waitingForGrounding,
  type Filed,
  type FilingRules,
  type InView,
} from "./filing.ts";
import { readUnsupported } from "./side-replies.ts";

/** Weight of a claim without support in an answer that is suspect already. */
const CLAIM_WEIGHT = 2;

/**
 * The judge's reply, or null when it could give none: then, and when it cannot be read, the answer
 * stays what the audit called it.
 */
export function fileGrounding(
  { answer, pr, others, rollouts }: InView,
  judged: ChatReply | null,
  rules: FilingRules,
  time: string,
): Filed {
  const tries = answer.challenger_tries ?? [];
  const waiting = waitingForGrounding(answer);
  if (waiting === null) throw new Error("no suspect answer waits for the grounding judge");
  const { text, message } = checkAnswer(saidInTry(waiting), answer);
  const claims = judged === null ? null : readUnsupported(judged, text);
  const audit = withClaims(
    waiting.audit ?? { verdict: "suspect", findings: [] },
    claims ?? [],
    text,
    limitsOf(answer, rules.limits),
  );
  const isLeaking = audit.verdict === "leak";
  const own: Try = {
    ...waiting,
    audit,
    reason: isLeaking ? "leak" : "grounded",
    detail: isLeaking ? leakFault(audit) : "the grounding judge found no claim without support",
  };
  const tried = [...tries.slice(0, -1), own];
  const grounding = {
    model: judged?.model ?? "",
    claims: [...(claims ?? [])],
    read: claims !== null,
    raw: judged?.content ?? "",
  };
  const next = { ...answer, challenger_tries: tried, grounding };
  const isFinal =
    isSameLeak(tries, audit) || isUsedUp(tried.filter(isLeak), rules.leak_attempts + 1);
  if (isLeaking && !isFinal) {
    return again(next, tried);
  }
  const reply = replyOf(own, judged);
  const filed = keep(
    { ...next, audit, ...kingAudit(answer, pr, rules.limits, others, rollouts) },
    { text, message, reply, tries: judged === null ? tried.slice(0, -1) : tried, rules, time },
  );
  const { challenger_run: run } = filed.answer;
  return run === undefined
    ? filed
    : { ...filed, answer: { ...filed.answer, challenger_run: { ...run, attempts: tried.length } } };
}

// ---------------------------------------------------------------------------------------------

/** The answer's own model, with what the judge's call cost: the waiting try is paid already. */
function replyOf(waiting: Try, judged: ChatReply | null): ChatReply {
  const own = (key: string): string => (typeof waiting[key] === "string" ? waiting[key] : "");
  return {
    model: own("model"),
    provider: own("provider"),
    content: waiting.raw,
    reasoning: null,
    refusal: null,
    finish_reason: waiting.finish_reason,
    usage: judged?.usage ?? waiting.usage,
    cost_usd: judged === null ? waiting.cost_usd : judged.cost_usd,
    request_id: null,
    latency_ms: 0,
  };
}

function withClaims(
  audit: Audit,
  claims: readonly string[],
  answer: string,
  limits: AuditThresholds,
): Audit {
  if (claims.length === 0) return audit;
  const found = claims.map((text): Finding => {
    const start = answer.indexOf(text);
    return {
      kind: "claim",
      text,
      span: [start, start + text.length],
      evidence: "the grounding judge found no support in the history",
      weight: CLAIM_WEIGHT,
    };
  });
  const findings = [...found, ...audit.findings];
  const score = scoreOfFindings(findings);
  return { ...audit, findings, score, verdict: score >= limits.leak_min ? "leak" : audit.verdict };
}
