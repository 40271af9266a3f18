/** The action type that an answer names itself, as the next-action sets ask for it. */
import { ACTION_TYPES, type ActionType } from "./types.ts";

/** "ACTION: file_read" on the first line -> "file_read"; null for another word and for none. */
export function actionLabel(text: string): ActionType | null {
  const word = /^\s*ACTION:[ \t]*([A-Za-z_]+)/.exec(text.slice(0, 200))?.[1];
  return ACTION_TYPES.find((type) => type === word) ?? null;
}
