/** Replies in another language than task and king: who reads them cannot tell what they claim. */
import type { Answer } from "../../records/answer.ts";
import { isEnglish } from "../audit/language.ts";

export const OTHER_LANGUAGE = {
  reason: "other_language",
  detail: "it is written in another language than the task; write in the language of the task",
} as const;

/**
 * True for prose that is not English where the task and the king's answer are. Only English is told from
 * other languages: where task or king are not English, nothing is asked of the reply.
 */
export function isInOtherLanguage(
  text: string,
  answer: Pick<Answer, "king" | "messages">,
): boolean {
  if (isEnglish(text)) return false;
  const task = answer.messages.find(({ role }) => role === "user")?.content ?? "";
  return isEnglish(task.slice(0, MAX_TASK_CHARS)) && isEnglish(answer.king);
}

// ---------------------------------------------------------------------------------------------

const MAX_TASK_CHARS = 4000;
