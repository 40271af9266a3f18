/** Replies in another language than task and king: who reads them cannot tell what they claim. */
import type { Answer } from "../../records/answer.ts";
import { isEnglish, isForeign, languageOf } from "../audit/language.ts";

export const OTHER_LANGUAGE = {
  reason: "other_language",
  detail: "it is written in another language than the task; write in the language of the task",
} as const;

/**
 * True for prose of another language than the task's and the king's, where these agree or the king says
 * too little to tell. Nothing is asked of a reply whose language, or the task's, is not sure, but that it be
 * English where task and king are.
 */
export function isInOtherLanguage(
  text: string,
  answer: Pick<Answer, "king" | "messages">,
): boolean {
  const content = answer.messages.find(({ role }) => role === "user")?.content ?? "";
  const task = content.slice(0, MAX_TASK_CHARS);
  if (isForeign(text) && isEnglish(task) && isEnglish(answer.king)) return true;
  const [own, asked, king] = [text, task, answer.king].map(languageOf);
  return own !== null && asked !== null && own !== asked && (king === null || king === asked);
}

// ---------------------------------------------------------------------------------------------

const MAX_TASK_CHARS = 4000;
