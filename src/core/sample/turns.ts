/** Cutting one turn out of a trajectory: which turns are eligible, and which one chance takes. */
import { randomIndex, type Rng } from "../random.ts";
import type { Message } from "../../records/message.ts";
import { dropped, kept, type Kept } from "./drops.ts";
import type { Conversation } from "./messages.ts";
import type { ReadyTurn, Trajectory } from "./shapes.ts";

export type EligibleTurn = {
  /** 0-based index among the assistant messages. */
  readonly turn: number;
  /** Position in the messages. */
  readonly at: number;
};

/**
 * Assistant messages with index below `maxTurn`, with a history before them and something said, that
 * are no demonstration.
 */
export function eligibleTurns(conversation: Conversation, maxTurn: number): Kept<EligibleTurn[]> {
  const spoken = assistantTurns(conversation).filter(
    ({ turn, at }) => turn < maxTurn && at > 0 && !conversation.demos.has(at),
  );
  if (spoken.length === 0) return dropped("no_assistant_turn");
  const eligible = spoken.filter(({ at }) => contentAt(conversation.messages, at).trim() !== "");
  return eligible.length === 0 ? dropped("empty_reference") : kept(eligible);
}

/** One eligible turn, each as likely as any other. */
export function drawTurn(trajectory: Trajectory, maxTurn: number, rng: Rng): Kept<ReadyTurn> {
  const eligible = eligibleTurns(trajectory, maxTurn);
  if (!eligible.ok) return eligible;
  const chosen = eligible.value[randomIndex(rng, eligible.value.length)];
  if (chosen === undefined) return dropped("no_assistant_turn");
  return kept(cutAt(trajectory, chosen));
}

/** The turn at a position in the messages, when it is eligible. */
export function turnAt(trajectory: Trajectory, at: number, maxTurn: number): Kept<ReadyTurn> {
  const eligible = eligibleTurns(trajectory, maxTurn);
  if (!eligible.ok) return eligible;
  const chosen = eligible.value.find((turn) => turn.at === at);
  if (chosen !== undefined) return kept(cutAt(trajectory, chosen));
  const isEmpty = contentAt(trajectory.messages, at).trim() === "";
  return dropped(isEmpty ? "empty_reference" : "no_assistant_turn");
}

/** Characters (UTF-16 units) of all contents. */
export function historyChars(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + message.content.length, 0);
}

// ---------------------------------------------------------------------------------------------

function cutAt(trajectory: Trajectory, { turn, at }: EligibleTurn): ReadyTurn {
  const { instance_id, repo, messages } = trajectory;
  const assistant = contentAt(messages, at);
  return { instance_id, repo, turn, messages: messages.slice(0, at), assistant };
}

function assistantTurns(conversation: Conversation): EligibleTurn[] {
  const found: EligibleTurn[] = [];
  for (const [at, message] of conversation.messages.entries()) {
    if (message.role === "assistant") found.push({ turn: found.length, at });
  }
  return found;
}

function contentAt(messages: readonly Message[], at: number): string {
  return messages[at]?.content ?? "";
}
