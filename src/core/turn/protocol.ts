/** The two protocols side by side: which form an answer has to keep, and how it is checked and kept. */
import type { Message } from "../../records/message.ts";
import type { Protocol } from "../../records/prompt.ts";
import { toolsFor } from "../wire/tools.ts";
import { endingOf, endingWords, type EndingKind } from "../ending/ending.ts";
import { checkForm, type Form, type MalformedReason } from "./form.ts";
import { checkToolForm, type SaidReply } from "./tool-form.ts";

/** What of a prompt or answer record decides the form. Absent in older files: bash. */
export type Formed = {
  readonly protocol?: Protocol | undefined;
  readonly tools?: readonly unknown[] | undefined;
};

export const protocolIn = ({ protocol = "bash" }: Formed): Protocol => protocol;

/** A reply as it came: its form counts only when it ended well. */
export function checkReply(
  reply: SaidReply & { readonly finish_reason: string | null },
  formed: Formed,
): Form {
  const form = checkAnswer(reply, formed);
  const ending = endingOf(reply.finish_reason, reply.content);
  if (ending.kind === "ended") return form;
  const { text, message } = form;
  const detail = `it ${endingWords(ending)}`;
  const kept = message === undefined ? { text } : { text, message };
  return { ok: false, reason: NOT_ENDED[ending.kind], detail, ...kept };
}

/** Checks a reply, or an answer that is kept, against the form of its turn. */
export function checkAnswer(said: SaidReply, formed: Formed): Form {
  switch (protocolIn(formed)) {
    case "bash":
      return checkForm(said.content);
    case "tools":
      return checkToolForm(said, formed.tools ?? []);
  }
}

/** The tools that a request of the turn names: all that are known of, and all that its history calls. */
export function toolsToAsk(turn: Formed & { readonly messages: readonly Message[] }): {
  tools?: readonly unknown[];
} {
  return protocolIn(turn) === "bash" ? {} : { tools: toolsFor(turn.tools, turn.messages) };
}

/** A kept answer as it was said: with its structure where it has any. */
export function saidOf(text: string, message: Message | undefined): Message {
  return message ?? { role: "assistant", content: text };
}

// ---------------------------------------------------------------------------------------------

const NOT_ENDED: Readonly<Record<Exclude<EndingKind, "ended">, MalformedReason>> = {
  cut: "cut_off",
  fault: "not_ended",
  unknown: "not_ended",
  refused: "withheld",
};
