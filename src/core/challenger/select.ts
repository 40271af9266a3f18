/**
 * Strategy "select": blind candidates, one of which a model that sees the pull request chooses. The
 * pull request chooses and never writes. Candidates are tries of the answer record, so that a run
 * that is killed goes on with those that are missing.
 */
import { randomIndex, type Rng } from "../random.ts";
import type { Answer, Try } from "../../records/answer.ts";
import type { ChatReply } from "../../work.ts";
import { asBlind, auditAnswer } from "../audit/audit.ts";
import { checkAnswer, checkReply } from "../turn/protocol.ts";
import { isUsedUp, nextAttempt, saidInTry, tryOf } from "../turn/tries.ts";
import {
  blindOf,
  isMalformed,
  keep,
  kingAudit,
  seenBy,
  type Filed,
  type FilingRules,
  type InView,
} from "./filing.ts";
import { readChoice } from "./side-replies.ts";

export type SelectRules = FilingRules & {
  /** Candidates that are wanted. */
  readonly n: number;
};

/** Well-formed candidates in the order they were written. */
export function candidatesOf(answer: Pick<Answer, "challenger_tries">): readonly Try[] {
  return (answer.challenger_tries ?? []).filter((one) => one.reason === "candidate");
}

/** True when the ranker is next: enough candidates, or all allowances of the form used up. */
export function isReadyToRank(answer: Answer, { n, attempts }: SelectRules): boolean {
  const there = candidatesOf(answer).length;
  const malformed = (answer.challenger_tries ?? []).filter(isMalformed).length;
  return there >= 2 && there + Math.floor(malformed / attempts) >= n;
}

/** A candidate's reply. When none keeps the form, the last is kept with a mark and loses its turn. */
export function fileCandidate(
  { answer, pr, others, rollouts }: InView,
  reply: ChatReply,
  rules: SelectRules,
  time: string,
): Filed {
  const tries = answer.challenger_tries ?? [];
  const form = checkReply(reply, answer);
  const fault = form.ok ? { reason: "candidate", detail: "written blind" } : form;
  const own = { ...tryOf(nextAttempt(tries), reply, fault, time), model: reply.model };
  const next = { ...answer, challenger_tries: [...tries, own] };
  const kept = { text: form.text, message: form.message, reply, tries, rules, time };
  const spent = next.challenger_tries.filter(isMalformed);
  const there = candidatesOf(next);
  if (!form.ok && there.length === 0 && isUsedUp(spent, rules.attempts * rules.n)) {
    const malformed = { reason: form.reason, detail: form.detail };
    return keep(
      { ...next, ...audits({ answer, pr, others, rollouts }, form.text, rules) },
      { ...kept, malformed },
    );
  }
  const isAlone =
    there.length === 1 && there.length + Math.floor(spent.length / rules.attempts) >= rules.n;
  const [only] = there;
  if (!isAlone || only === undefined) return { answer: next, isAnswered: false };
  return choose(
    { answer: next, pr, others, rollouts },
    { chosen: only, reason: "the only one of the right form" },
    { reply, rules, time },
  );
}

/** The candidates as the ranker sees them: shuffled, since the first seat has its charm. */
export function shuffled(candidates: readonly Try[], rng: Rng): readonly Try[] {
  const order = [...candidates];
  for (let at = order.length - 1; at > 0; at--) {
    const other = randomIndex(rng, at + 1);
    const [a, b] = [order[at], order[other]];
    if (a !== undefined && b !== undefined) [order[at], order[other]] = [b, a];
  }
  return order;
}

/** The ranker's reply; null `chosen` when it could not be read, which is tried again. */
export function fileRanking(
  held: InView,
  reply: ChatReply,
  shown: readonly Try[],
  rules: SelectRules,
  time: string,
): Filed {
  const { answer } = held;
  const choice = readChoice(reply, shown.length);
  const chosen = choice === null ? undefined : shown[choice.best];
  const tries = answer.challenger_tries ?? [];
  if (choice !== null && chosen !== undefined) {
    return choose(held, { chosen, reason: choice.reason }, { reply, rules, time });
  }
  const fault = { reason: "unread_ranking", detail: "the ranker named none of the candidates" };
  const tried = [...tries, tryOf(nextAttempt(tries), reply, fault, time)];
  const next = { ...answer, challenger_tries: tried };
  const unread = tried.filter((one) => one.reason === "unread_ranking");
  return isUsedUp(unread, rules.attempts)
    ? {
        answer: { ...next, challenger_drop: { reason: "unranked", detail: fault.detail } },
        isAnswered: true,
      }
    : { answer: next, isAnswered: false };
}

// ---------------------------------------------------------------------------------------------

type Paid = { readonly reply: ChatReply; readonly rules: SelectRules; readonly time: string };

function choose(
  { answer, pr, others, rollouts }: InView,
  { chosen, reason }: { readonly chosen: Try; readonly reason: string },
  { reply, rules, time }: Paid,
): Filed {
  const { text, message } = checkAnswer(saidInTry(chosen), answer);
  const all = answer.challenger_tries ?? [];
  // The last candidate may be the call that is filed right now: it is not paid for twice.
  const before =
    all.at(-1)?.raw === reply.content && all.at(-1)?.time === time ? all.slice(0, -1) : all;
  const filed = keep(
    {
      ...answer,
      ...audits({ answer, pr, others, rollouts }, text, rules),
      challenger_tries: all.map((one) =>
        one.reason === "candidate" && one.attempt !== chosen.attempt
          ? { ...one, reason: "not_chosen", detail: "another candidate was chosen" }
          : one,
      ),
      challenger_choice: {
        model: reply.model,
        chosen: chosen.attempt,
        candidates: candidatesOf(answer).length,
        reason,
      },
    },
    { text, message, reply, tries: before, rules, time },
  );
  const { challenger_run: run } = filed.answer;
  if (run === undefined) return filed;
  const model = typeof chosen["model"] === "string" ? chosen["model"] : run.model;
  return {
    ...filed,
    answer: {
      ...filed.answer,
      challenger_run: { ...run, model, finish_reason: chosen.finish_reason },
    },
  };
}

/** Written blind: what the audit finds is never more than suspect. */
function audits(
  { answer, pr, others, rollouts }: InView,
  text: string,
  { limits }: SelectRules,
): Pick<Answer, "audit" | "king_audit"> {
  const audit = auditAnswer(
    { ...seenBy(answer), answer: text, pr, others, blind: blindOf(answer, rollouts) },
    limits,
  );
  return { audit: asBlind(audit), ...kingAudit(answer, pr, limits, others, rollouts) };
}
