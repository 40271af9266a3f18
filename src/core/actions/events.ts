/** Runs as events: each assistant turn with its history, its type, and a hash that tells histories apart. */
import { sha256Hex } from "../turn/hash.ts";
import type { Message } from "../../records/message.ts";
import { classifyAction } from "./classify.ts";
import type { ActionTurn, ActionType } from "./types.ts";

/** One run of an agent on an instance. */
export type Rollout = {
  /** "swe", "toolbench", "own": caps count by it. */
  readonly source: string;
  readonly instance_id: string;
  readonly repo: string;
  /** Tells the rollouts of an instance apart. */
  readonly id: string;
  /** As its source names it; absent where it does not. */
  readonly run?: string | undefined;
  /** The data set or file that it was read from. */
  readonly origin?: string | undefined;
  /** Who wrote its words; absent where nobody knows. */
  readonly model?: string | undefined;
  /** null: the source does not say. */
  readonly resolved: boolean | null;
  /** As agents see them: tool calls rendered as text. */
  readonly messages: readonly Message[];
  /** The same messages with calls kept apart, for the classifier; one for one with `messages`. */
  readonly calls: readonly Message[];
  /** Positions of demonstrations. */
  readonly demos: ReadonlySet<number>;
};

export type ActionEvent = {
  readonly rollout: Rollout;
  /** 0-based among the assistant messages. */
  readonly turn: number;
  /** Position in the messages; the history is all before it. */
  readonly at: number;
  readonly content: string;
};

/** Turns that say something, have a history and are no demonstration. */
export function eventsOf(rollout: Rollout): ActionEvent[] {
  const events: ActionEvent[] = [];
  let turn = 0;
  for (const [at, message] of rollout.messages.entries()) {
    if (message.role !== "assistant") continue;
    const content = message.content;
    if (at > 0 && !rollout.demos.has(at) && content.trim() !== "") {
      events.push({ rollout, turn, at, content });
    }
    turn++;
  }
  return events;
}

/** The type of an event, from the turn, the observation before it and the turn before that. */
export const typeOf = (event: ActionEvent): ActionType => classifyAction(seenAt(event));

/** What its type is told by. */
export function seenAt({ rollout, at }: ActionEvent): ActionTurn {
  const turn = rollout.calls[at];
  const prev = rollout.calls[at - 1];
  const before = rollout.calls.slice(0, at).findLast((message) => message.role === "assistant");
  return {
    content: turn?.content,
    tool_calls: turn?.tool_calls,
    prev_role: prev?.role ?? null,
    prev: prev?.content,
    before: before ?? null,
  };
}

/** A copy of the history that an event answers: nobody else holds its messages. */
export function historyOf({ rollout, at }: ActionEvent): Message[] {
  return rollout.messages.slice(0, at).map((message) => ({ ...message }));
}

/** hash[i] stands for the history before message i: equal hashes, equal histories. One pass. */
export function historyHashes(messages: readonly Message[]): string[] {
  let hash = "";
  return messages.map((message) => {
    const before = hash;
    hash = sha256Hex(`${hash}\n${JSON.stringify([message.role, message.content])}`);
    return before;
  });
}
