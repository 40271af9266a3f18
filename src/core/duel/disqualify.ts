/**
 * Turns that the challenger has lost before a judge is paid. A king that does the same is only marked,
 * and so is a history that talks to judges.
 */
import type { Answer } from "../../records/answer.ts";
import type { Message } from "../../records/message.ts";
import type { Score } from "../../records/score.ts";
import { searchableText } from "../turn/calls.ts";
import type { Said } from "../turn/hash.ts";
import { checkAnswer, saidOf } from "../turn/protocol.ts";
import { actionText, repetitionOf } from "../turn/repetition.ts";
import { findInjections } from "./injection.ts";

export const DISQUALIFICATIONS = ["malformed", "repetition", "leak", "injection"] as const;
export type Disqualification = (typeof DISQUALIFICATIONS)[number];

export type Disqualified = { readonly reason: Disqualification; readonly detail: string };

/** null: the turn goes before the judges. */
export function disqualify(answer: Answer): Disqualified | null {
  const malformed = answer.challenger_run?.malformed;
  if (malformed !== undefined && malformed !== null) {
    return { reason: "malformed", detail: `${malformed.reason}: ${malformed.detail}` };
  }
  const said = saidOf(answer.challenger, answer.challenger_message);
  const broken = ruleBroken(said, answer);
  if (broken !== null) return broken;
  if (answer.audit?.verdict === "leak") {
    const kinds = [...new Set(answer.audit.findings.map((finding) => finding.kind))];
    return { reason: "leak", detail: kinds.join(", ") };
  }
  return injectionIn(searchableText(said));
}

/** What would have cost a challenger the turn, in its opponent's reply. */
export function opponentFlags(
  opponent: Exclude<Said, string>,
  answer: Answer,
): NonNullable<Score["opponent_flags"]> {
  const said = saidOf(opponent.text, opponent.message);
  return [ruleBroken(said, answer), injectionIn(searchableText(said))].flatMap((found) =>
    found === null ? [] : [{ kind: found.reason, text: found.detail }],
  );
}

/** Text in the conversation that talks to judges; the agent's own instructions are left alone. */
export function historyFlags(messages: readonly Message[]): NonNullable<Score["history_flags"]> {
  return messages
    .flatMap((message, at) =>
      message.role === "system"
        ? []
        : findInjections(searchableText(message)).map(({ kind, text }) => ({
            kind,
            text,
            message: at,
          })),
    )
    .slice(0, MAX_FLAGS);
}

// ---------------------------------------------------------------------------------------------

const MAX_FLAGS = 20;

/** Form and repetition: what a turn may not do whoever wrote it. */
function ruleBroken(said: Message, answer: Answer): Disqualified | null {
  const form = checkAnswer(said, answer);
  if (!form.ok) return { reason: "malformed", detail: `${form.reason}: ${form.detail}` };
  const action = form.message === undefined ? form.command : (actionText(form.message) ?? "");
  const repeated = repetitionOf(action, answer.messages);
  return repeated === null ? null : { reason: "repetition", detail: repeated };
}

function injectionIn(text: string): Disqualified | null {
  const [found] = findInjections(text);
  return found === undefined
    ? null
    : { reason: "injection", detail: `${found.kind}: ${found.text}` };
}
