/**
 * Turns that the challenger has lost before a judge is paid. A king that does the same is only marked,
 * and so is a history that talks to judges.
 */
import type { Answer } from "../../records/answer.ts";
import type { Message } from "../../records/message.ts";
import type { Score } from "../../records/score.ts";
import { checkForm } from "../turn/form.ts";
import { repetitionOf } from "../turn/repetition.ts";
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
  const broken = ruleBroken(answer.challenger, answer.messages);
  if (broken !== null) return broken;
  if (answer.audit?.verdict === "leak") {
    const kinds = [...new Set(answer.audit.findings.map((finding) => finding.kind))];
    return { reason: "leak", detail: kinds.join(", ") };
  }
  return injectionIn(answer.challenger);
}

/** What would have cost a challenger the turn, in its opponent's reply. */
export function opponentFlags(
  opponent: string,
  messages: readonly Message[],
): NonNullable<Score["opponent_flags"]> {
  return [ruleBroken(opponent, messages), injectionIn(opponent)].flatMap((found) =>
    found === null ? [] : [{ kind: found.reason, text: found.detail }],
  );
}

/** Text in the conversation that talks to judges; the agent's own instructions are left alone. */
export function historyFlags(messages: readonly Message[]): NonNullable<Score["history_flags"]> {
  return messages
    .flatMap((message, at) =>
      message.role === "system"
        ? []
        : findInjections(message.content).map(({ kind, text }) => ({ kind, text, message: at })),
    )
    .slice(0, MAX_FLAGS);
}

// ---------------------------------------------------------------------------------------------

const MAX_FLAGS = 20;

/** Form and repetition: what a turn may not do whoever wrote it. */
function ruleBroken(text: string, messages: readonly Message[]): Disqualified | null {
  const form = checkForm(text);
  if (!form.ok) return { reason: "malformed", detail: `${form.reason}: ${form.detail}` };
  const repeated = repetitionOf(form.command, messages);
  return repeated === null ? null : { reason: "repetition", detail: repeated };
}

function injectionIn(text: string): Disqualified | null {
  const [found] = findInjections(text);
  return found === undefined
    ? null
    : { reason: "injection", detail: `${found.kind}: ${found.text}` };
}
