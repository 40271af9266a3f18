/**
 * A second answer's record: how it begins, and what a reply makes of it. Form and audit as for any
 * challenger, but what they caught is not told: the same request is made again, `attempts` times at most.
 */
import type { Answer } from "../../records/answer.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { ChatReply } from "../../work.ts";
import { fileReply, type Filed, type FilingRules } from "../challenger/filing.ts";
import { fileGrounding } from "../challenger/grounding.ts";
import { pairHash } from "../turn/hash.ts";

/** The record before anything is asked: everything of the turn, nothing of the first challenger. */
export function beginRefined(first: Answer, from: NonNullable<Answer["refined_from"]>): Answer {
  const {
    challenger_message: _said,
    challenger_run: _run,
    challenger_tries: _tries,
    challenger_choice: _choice,
    challenger_drop: _drop,
    grounding: _grounding,
    canaries: _canaries,
    canaries_none: _none,
    audit: _audit,
    ...turn
  } = first;
  return { ...turn, schema: SCHEMA, challenger: "", refined_from: from };
}

export type HeldRefined = {
  readonly answer: Answer;
  readonly first: Answer;
  readonly pr: PullRequest;
};

export type RefineRules = Omit<FilingRules, "leak_attempts">;

/** A reply of the model that writes. */
export function fileRefined(
  held: HeldRefined,
  reply: ChatReply,
  rules: RefineRules,
  time: string,
): Filed {
  return settled(held, fileReply(held, reply, bounded(held, rules), time));
}

/** A reply of the grounding judge; null: it could give none. */
export function fileRefinedGrounding(
  held: HeldRefined,
  judged: ChatReply | null,
  rules: RefineRules,
  time: string,
): Filed {
  // The suspect answer that waits is a try already.
  const before = { ...held.answer, challenger_tries: held.answer.challenger_tries?.slice(0, -1) };
  return settled(held, fileGrounding(held, judged, bounded({ answer: before }, rules), time));
}

/** Asked, and not better by a word: no judge is asked about it. */
export const UNCHANGED = "unchanged";

// ---------------------------------------------------------------------------------------------

/** All askings together are at most `attempts`, whatever each was sent back for. */
function bounded(
  { answer }: { readonly answer: Pick<Answer, "challenger_tries"> },
  rules: RefineRules,
): FilingRules {
  const isLast = (answer.challenger_tries ?? []).length + 1 >= rules.attempts;
  return isLast
    ? { ...rules, attempts: 1, leak_attempts: 0 }
    : { ...rules, attempts: Infinity, leak_attempts: Infinity };
}

function settled({ first }: HeldRefined, filed: Filed): Filed {
  const { answer } = filed;
  if (!filed.isAnswered || hashOf(answer) !== hashOf(first)) return filed;
  const { challenger_message: _same, ...rest } = answer;
  const detail = "the second answer is the first one";
  return {
    isAnswered: true,
    answer: { ...rest, challenger: "", challenger_drop: { reason: UNCHANGED, detail } },
  };
}

const hashOf = ({ challenger, challenger_message: message }: Answer): string =>
  pairHash([], "", { text: challenger.trim(), message });
