/** Cutting one turn out of a run: which turns are eligible, and which one chance takes. */
import type { Run } from "../formats/run.ts";
import { randomIndex, type Rng } from "../random.ts";
import type { Message } from "../../records/message.ts";
import { messageChars, readableText } from "../turn/calls.ts";
import { dropped, kept, type Kept } from "./drops.ts";
import type { ReadyTurn, Trajectory } from "./shapes.ts";

export type EligibleTurn = {
  /** 0-based index among the assistant messages. */
  readonly turn: number;
  /** Position in the messages. */
  readonly at: number;
};

/**
 * Assistant messages with index below `maxTurn`, with a history before them and something said or called,
 * that are no demonstration, no copied history, and the model's own whole words.
 */
export function eligibleTurns(
  run: Pick<Run, "messages" | "notTurns" | "history">,
  maxTurn: number,
): Kept<EligibleTurn[]> {
  const first = Math.max(1, run.history);
  const spoken = assistantTurns(run.messages).filter(
    ({ turn, at }) => turn < maxTurn && at >= first && !run.notTurns.has(at),
  );
  if (spoken.length === 0) return dropped("no_assistant_turn");
  const eligible = spoken.filter(({ at }) => isSaid(run.messages[at]));
  return eligible.length === 0 ? dropped("empty_reference") : kept(eligible);
}

/** One eligible turn, each as likely as any other. @param goesOn only one that something follows. */
export function drawTurn(
  trajectory: Trajectory,
  maxTurn: number,
  rng: Rng,
  goesOn = false,
): Kept<ReadyTurn> {
  const eligible = eligibleTurns(trajectory.run, maxTurn);
  if (!eligible.ok) return eligible;
  const last = trajectory.run.messages.length - 1;
  const turns = goesOn ? eligible.value.filter(({ at }) => at < last) : eligible.value;
  const chosen = turns[randomIndex(rng, turns.length)];
  if (chosen === undefined) return dropped("no_future");
  return kept(cutAt(trajectory, chosen));
}

/** The turn at a position in the messages of the row, when it is eligible. */
export function turnAt(trajectory: Trajectory, at: number, maxTurn: number): Kept<ReadyTurn> {
  const { run, places } = trajectory;
  const place = places === null ? at : (places[at] ?? -1);
  const eligible = eligibleTurns(run, maxTurn);
  if (!eligible.ok) return eligible;
  const chosen = eligible.value.find((turn) => turn.at === place);
  if (chosen !== undefined) return kept(cutAt(trajectory, chosen));
  return dropped(isSaid(run.messages[place]) ? "no_assistant_turn" : "empty_reference");
}

/** Characters (UTF-16 units) of all that the messages say and call. */
export function historyChars(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageChars(message), 0);
}

// ---------------------------------------------------------------------------------------------

function cutAt({ run, instance_id, repo }: Trajectory, { turn, at }: EligibleTurn): ReadyTurn {
  const message = run.messages[at];
  if (message === undefined) throw new RangeError(`a run of ${run.messages.length} has no ${at}`);
  const { id, format, verdict, tools } = run;
  return {
    instance_id,
    repo,
    turn,
    messages: run.messages.slice(0, at),
    assistant: readableText(message),
    ...(hasStructure(message) ? { assistant_message: message } : {}),
    ...(tools === undefined ? {} : { tools, tools_from: "source" }),
    ...(id === null ? {} : { run: id }),
    format,
    after: run.messages.slice(at + 1),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

const hasStructure = ({ tool_calls, reasoning }: Message): boolean =>
  tool_calls !== undefined || reasoning !== undefined;

function assistantTurns(messages: readonly Message[]): EligibleTurn[] {
  const found: EligibleTurn[] = [];
  for (const [at, message] of messages.entries()) {
    if (message.role === "assistant") found.push({ turn: found.length, at });
  }
  return found;
}

function isSaid(message: Message | undefined): boolean {
  return (
    message !== undefined && (message.tool_calls !== undefined || message.content.trim() !== "")
  );
}
