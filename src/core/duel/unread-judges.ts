/**
 * A judge whose replies cannot be read costs money and gives nothing. Unread so often in a row, it is
 * asked no more in this run, and the person is told what to change.
 */
import type { Judgement } from "../../records/score.ts";
import type { ToMend } from "../../work.ts";

/** Replies in a row that cannot be read. */
export const UNREAD_IN_A_ROW = 20;

export type JudgeWatch = {
  /** A reply came; a refusal of the call is none. */
  heard(reply: Judgement): void;
  isMute(model: string): boolean;
  toMend(): readonly ToMend[];
};

export function watchJudges(): JudgeWatch {
  const unread = new Map<string, { count: number; last: Judgement }>();
  const isMute = (model: string): boolean => (unread.get(model)?.count ?? 0) >= UNREAD_IN_A_ROW;
  return {
    isMute,
    heard(reply) {
      if (reply.failed === true || isMute(reply.model)) return;
      if (reply.metrics !== null) unread.delete(reply.model);
      else {
        const count = (unread.get(reply.model)?.count ?? 0) + 1;
        unread.set(reply.model, { count, last: reply });
      }
    },
    toMend: () =>
      [...unread]
        .filter(([model]) => isMute(model))
        .map(([model, { last }]) => ({
          message: `${model}: ${UNREAD_IN_A_ROW} replies in a row could not be read, the last one: ${last.unread_detail ?? last.unread ?? "unread"}; it is asked no more in this run`,
          hint: hintFor(last),
        })),
  };
}

// ---------------------------------------------------------------------------------------------

function hintFor({ raw, reasoning, finish_reason }: Judgement): string {
  if (raw.trim() === "" && (reasoning ?? "").trim() !== "") {
    return "the whole answer is in reasoning_content: switch the server's reasoning parser off, or to the one of this model";
  }
  if (finish_reason === "length") {
    return "its replies end at the limit: raise [judge].max_tokens, or name it in [judge].thinking_models";
  }
  return "look at a reply of it (`raw` in a file of score/), and name another model in [judge].models if it writes no verdicts";
}
