/**
 * What a checkpoint wrote to a held-out turn, beside the reference, as an answer file of an ordinary duel
 * against the reference. It was written blind, from the history alone.
 */
import type { Answer } from "../../records/answer.ts";
import { SCHEMA } from "../../records/schema.ts";
import { sha256Hex } from "../turn/hash.ts";
import { checkAnswer } from "../turn/protocol.ts";
import type { WorthTurn } from "./arms.ts";

/** The same words to the same turn are one file, whichever arms and seeds wrote them. */
export function armAnswerName(row: number, { examples }: WorthTurn, text: string): string {
  const { prompt, ...reference } = examples.reference;
  const hash = sha256Hex(JSON.stringify([prompt, reference, text])).slice(0, 12);
  return `held_${row + 1}_${hash}.json`;
}

/** Where only white space was written there is nothing to judge: that turn is lost without a file. */
export const saysNothing = (text: string): boolean => text.trim() === "";

export function armAnswer({ examples, instance_id, repo, turn }: WorthTurn, text: string): Answer {
  const { reference } = examples;
  const { prompt, tools = [] } = reference;
  const formed = { protocol: tools.length > 0 ? ("tools" as const) : ("bash" as const), tools };
  const { message } = checkAnswer({ content: text }, formed);
  const said = reference.kind === "sft" ? reference : null;
  return {
    schema: SCHEMA,
    instance_id,
    repo,
    turn,
    king: "",
    challenger: text,
    assistant: said?.answer ?? "",
    messages: [...prompt],
    ...(message === undefined ? {} : { challenger_message: message }),
    ...(said?.said?.answer === undefined ? {} : { assistant_message: said.said.answer }),
    ...(tools.length > 0 ? { tools: [...tools], protocol: "tools" as const } : {}),
  };
}
