/** What was said at a turn by each of those who answered it, as a rollout goes on from it. */
import type { Answer } from "../../records/answer.ts";
import type { GymTask } from "../../records/gym-task.ts";
import type { Message } from "../../records/message.ts";
import type { AnswerName } from "../../records/answer-names.ts";
import type { OutcomeFile, Played } from "../../records/outcome.ts";
import { playedIn } from "../../records/outcome.ts";
import { sha256Hex } from "../turn/hash.ts";
import { stepCommand } from "./trajectory.ts";

/** The reply in the gym's own form; null where nobody answered. */
export function saidOf(answer: Answer, who: AnswerName): string | null {
  const [text, message] = {
    challenger: [answer.challenger, answer.challenger_message] as const,
    king: [answer.king, answer.king_message] as const,
    reference: [answer.assistant, answer.assistant_message] as const,
  }[who];
  if (text.trim() === "" && message === undefined) return null;
  return message === undefined ? text : asText(text, message);
}

/** Of the text, so that an answer that was written anew is played anew. */
export const saidHash = (text: string): string => sha256Hex(text).slice(0, 16);

/** What an outcome has to say. */
export type Wanted = {
  readonly policy: string;
  readonly k: number;
  /** The texts of those who answered. */
  readonly said: ReadonlyMap<AnswerName, string>;
};

export function wantedOf(
  answer: Answer,
  answers: readonly AnswerName[],
  how: { readonly policy: string; readonly k: number },
): Wanted {
  const said = answers.flatMap((who) => {
    const text = saidOf(answer, who);
    return text === null ? [] : [[who, text] as const];
  });
  return { ...how, said: new Map(said) };
}

/** Whether an outcome still says what it has to: same policy, same texts, enough rollouts. */
export function isWhole(outcome: OutcomeFile, wanted: Wanted): boolean {
  if (outcome.policy !== wanted.policy || wanted.said.size === 0) return false;
  const played = new Map(playedIn(outcome).map((one) => [one.answer, one]));
  return [...wanted.said].every(([who, text]) => {
    const one = played.get(who);
    return one !== undefined && one.k >= wanted.k && one.said_hash === saidHash(text);
  });
}

/** The share of rollouts that passed; null where there were none. */
export const passRate = (played: Pick<Played, "k" | "passes"> | undefined): number | null =>
  played === undefined || played.k === 0 ? null : played.passes / played.k;

/** Whether a text names the file or the words of a task's mending, which its history has not shown. */
export function namesSolution(task: GymTask, answer: Answer, text: string): boolean {
  const { file, before } = task.mutation;
  const shown = answer.messages.map(({ content }) => content).join("\n");
  return [file, ...(before.length >= TELLING ? [before] : [])].some(
    (word) => text.includes(word) && !shown.includes(word),
  );
}

/** Shorter words are in every text. */
const TELLING = 6;

// ---------------------------------------------------------------------------------------------

/** A call of a shell tool as the block that the gym's form wants. */
function asText(text: string, message: Message): string {
  const command = stepCommand(message);
  const isCall = (message.tool_calls ?? []).length > 0;
  return isCall && command !== null
    ? `${message.content}\n\n\`\`\`bash\n${command}\n\`\`\``.trim()
    : text;
}
