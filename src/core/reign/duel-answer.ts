/**
 * Two blind answers to a turn as one answer file: the king's in the king's place, the checkpoint's in the
 * challenger's. Neither has seen more than the history, so nothing hidden can be in either.
 */
import type { Answer, Try } from "../../records/answer.ts";
import { NO_USAGE, type RunInfo } from "../../records/run-info.ts";
import { KING_PROMPT_VERSION } from "../turn/king-prompt.ts";
import { sumOfTries } from "../turn/tries.ts";

/** What the checkpoint said: an answer, or its last try where it never found the form. */
export type ChallengerSaid =
  | { readonly kind: "answer"; readonly answer: Answer }
  | {
      readonly kind: "malformed";
      /** What was asked in vain; [] where nothing came back (the history is too long for it). */
      readonly tries: readonly Try[];
      readonly reason: string;
      readonly detail: string;
      readonly model: string;
      readonly provider: string;
    };

/** The king's answer file with the checkpoint's answer beside it. */
export function duelAnswer(king: Answer, said: ChallengerSaid): Answer {
  if (said.kind === "answer") {
    const { king: text, king_message, king_run } = said.answer;
    return {
      ...king,
      challenger: text,
      ...(king_message === undefined ? {} : { challenger_message: king_message }),
      ...(king_run === undefined ? {} : { challenger_run: king_run }),
    };
  }
  const last = said.tries.at(-1);
  return {
    ...king,
    challenger: last?.raw ?? "",
    ...(last?.message === undefined ? {} : { challenger_message: last.message }),
    challenger_run: runOf(said, last),
  };
}

// ---------------------------------------------------------------------------------------------

/** Leaving its worst replies out would flatter a challenger: such a turn is lost, and says why. */
function runOf(
  { model, provider, tries, reason, detail }: Extract<ChallengerSaid, { kind: "malformed" }>,
  last: Try | undefined,
): RunInfo {
  return {
    model,
    provider,
    prompt_version: KING_PROMPT_VERSION,
    config_hash: "",
    ...(tries.length === 0 ? { usage: NO_USAGE, cost_usd: null } : sumOfTries(tries)),
    attempts: tries.length,
    finish_reason: last?.finish_reason ?? null,
    time: last?.time ?? "",
    malformed: { reason, detail },
  };
}
