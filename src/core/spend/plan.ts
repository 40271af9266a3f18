/** Which calls a turn still needs, with the sizes of their prompts. The counterpart of the stages. */
import type { Answer } from "../../records/answer.ts";
import type { Prompt } from "../../records/prompt.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import type { ModelRef } from "../../work.ts";
import { judgePrompt, sharedPrefix } from "../duel/judge-prompt.ts";
import { challengerMessages } from "../turn/challenger-prompt.ts";
import { historyHash } from "../turn/hash.ts";
import { kingMessages } from "../turn/king-prompt.ts";
import { protocolIn } from "../turn/protocol.ts";
import { promptBytes, type PlannedCall } from "./estimate.ts";

/** What of the configuration decides how many calls are made, and how long they get. */
export type PlanSettings = {
  readonly king: Answerer;
  readonly challenger: Answerer & {
    readonly pr_chars: number;
    readonly leak_attempts: number;
    /** Blind candidates a turn; 1 with strategy "informed". */
    readonly candidates: number;
  };
  readonly judges: readonly (ModelRef & {
    readonly maxTokens: number;
    readonly thinking: boolean;
  })[];
  readonly judge: { readonly attempts: number; readonly orders: "both" | "random" | "fixed" };
};
type Answerer = ModelRef & { readonly max_tokens: number; readonly attempts: number };

export type PlannedTurn = {
  readonly messages: Prompt["messages"];
  readonly protocol?: Prompt["protocol"];
  readonly tools?: Prompt["tools"];
  readonly pr: PullRequest | null;
  readonly answer: Pick<Answer, "king" | "challenger" | "challenger_drop"> | null;
  /** Of a turn that was judged: the model of each seat that is still to be asked (core/duel/open-seats). */
  readonly score: { readonly open: readonly string[] } | null;
};

/** The calls that are missing for one turn; [] when nothing is. A turn without a PR stops at the king. */
export function planTurn(turn: PlannedTurn, settings: PlanSettings): PlannedCall[] {
  return [
    ...kingCalls(turn, settings),
    ...(turn.pr === null ? [] : challengerCalls(turn, turn.pr, settings)),
    ...judgeCalls(turn, settings),
  ];
}

// ---------------------------------------------------------------------------------------------

/** Stands for an answer that is not there yet: of about the length of recorded ones. */
const ANSWER_STAND_IN = "x".repeat(1200);

function kingCalls(turn: PlannedTurn, { king }: PlanSettings): PlannedCall[] {
  if (turn.answer !== null && turn.answer.king !== "") return [];
  const bytes = promptBytes(kingMessages(turn), turn.tools);
  return [{ ...callOf("king", king), bytes, mostTimes: king.attempts }];
}

function challengerCalls(
  turn: PlannedTurn,
  pr: PullRequest,
  { challenger }: PlanSettings,
): PlannedCall[] {
  const { answer } = turn;
  if (answer !== null && (answer.challenger !== "" || answer.challenger_drop !== undefined)) {
    return [];
  }
  const { candidates, pr_chars, attempts, leak_attempts } = challenger;
  const blind = promptBytes(kingMessages(turn), turn.tools);
  const informed = promptBytes(challengerMessages({ turn, pr, maxPrChars: pr_chars }), turn.tools);
  if (candidates === 1) {
    const mostTimes = attempts + leak_attempts;
    return [{ ...callOf("challenger", challenger), bytes: informed, mostTimes }];
  }
  const each = callOf("challenger", challenger);
  const ranking = informed + candidates * ANSWER_STAND_IN.length;
  return [
    { ...each, bytes: blind, times: candidates, mostTimes: candidates * attempts },
    { ...each, bytes: ranking, mostTimes: attempts },
  ];
}

function judgeCalls(turn: PlannedTurn, { judges, judge }: PlanSettings): PlannedCall[] {
  const { messages, answer, score, pr } = turn;
  const judged = answer !== null && answer.challenger !== "";
  // Without a PR there will be no challenger, and nothing to compare.
  if ((pr === null && !judged) || answer?.challenger_drop !== undefined) return [];
  if (score?.open.length === 0) return [];
  const protocol = protocolIn(turn);
  const tools = protocol === "tools" ? turn.tools : [];
  const prefix = sharedPrefix(messages, historyHash(messages), tools);
  const pair = {
    opponent: answer?.king || ANSWER_STAND_IN,
    challenger: answer?.challenger || ANSWER_STAND_IN,
    protocol,
  };
  const seat = { order: "king_first", mark: "0123456789ab", unread: null } as const;
  const bytes = promptBytes(judgePrompt(prefix, pair, seat));
  const orders = judge.orders === "both" ? 2 : 1;
  return judges.flatMap(({ maxTokens, thinking, ...model }) => {
    const times = score?.open.filter((one) => one === model.model).length ?? orders;
    if (times === 0) return [];
    // Of two orders the second finds the conversation in the provider's cache.
    const shared = times > 1 ? prefix.length / bytes / 2 : 0;
    const call = callOf("validate", { ...model, max_tokens: maxTokens });
    return [{ ...call, bytes, shared, thinks: thinking, times, mostTimes: times * judge.attempts }];
  });
}

function callOf(
  stage: PlannedCall["stage"],
  { provider, model, max_tokens }: ModelRef & { readonly max_tokens: number },
): Omit<PlannedCall, "bytes" | "mostTimes"> & { readonly times: 1 } {
  return { stage, provider, model, shared: 0, maxTokens: max_tokens, thinks: false, times: 1 };
}
