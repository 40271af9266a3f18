/** How a turn acts, in one word, for the per-turn table of the report. */
import { classifyAction } from "./classify.ts";
import { actsOf } from "./acts.ts";

/**
 * The action type of an answer, from its text or its calls: "retrieval", "file_write" ... The observation
 * before it is not looked at, so a repair shows as what it does (a write, a run).
 * "no command" for an answer that only talks.
 */
export function actionStyle(content: string, tool_calls?: readonly unknown[]): string {
  const turn = tool_calls === undefined ? { content } : { content, tool_calls };
  return actsOf(content, tool_calls ?? null).length === 0 ? "no command" : classifyAction(turn);
}
