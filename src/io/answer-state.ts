/**
 * What is known of an answer that was read whole once: how far it is. Whoever reads answers keeps it, so that status
 * and export need not read them all for it.
 */
import { z } from "zod";
import { answerSchema, type Answer } from "../records/answer.ts";
import type { FactKind, Facts } from "./facts/facts.ts";

const answerState = z.enum(["open", "challenged", "dropped"]);
export type AnswerState = z.infer<typeof answerState>;

/** To be named where facts are opened. */
export const ANSWER_STATE: FactKind<AnswerState> = {
  name: "answer",
  folder: "answer",
  schema: answerState,
};

/** @throws UserError as `Store.read`: of a broken answer nothing is known. */
export function answerStateOf(facts: Facts, path: string): Promise<AnswerState> {
  return facts.of(ANSWER_STATE, path, answerSchema, stateOf);
}

/** Of an answer that was read for something else, whose content has this hash. */
export function keepAnswerState(facts: Facts, path: string, hash: string, answer: Answer): void {
  facts.keep(ANSWER_STATE, path, hash, stateOf(answer));
}

// ---------------------------------------------------------------------------------------------

function stateOf({ challenger, challenger_run, challenger_drop }: Answer): AnswerState {
  if (challenger_drop !== undefined) return "dropped";
  return challenger !== "" || challenger_run !== undefined ? "challenged" : "open";
}
