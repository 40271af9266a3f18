/**
 * The offline provider: answers from recorded replies, found by the hash of a turn's history, by
 * role, judge, order and attempt. A judge's reply belongs to one pair of candidates; with any other
 * pair it refuses rather than score what no judge ever saw.
 */
import { z } from "zod";
import { messageSchema } from "../records/message.ts";
import { NO_USAGE } from "../records/run-info.ts";
import type { ChatRequest, Outcome, RequestTag } from "../work.ts";
import { checkForm } from "./turn/form.ts";
import { historyHash, pairHash } from "./turn/hash.ts";

/** A line of turns.jsonl. */
export const recordedTurnSchema = z.looseObject({
  turn_id: z.string(),
  messages: z.array(messageSchema),
});
export type RecordedTurn = Readonly<z.infer<typeof recordedTurnSchema>>;

/** A line of replies.jsonl. `order` "king_first": the king's reply was MODEL 1. */
export const recordedReplySchema = z.looseObject({
  turn_id: z.string(),
  role: z.enum(["king", "challenger", "judge"]),
  judge: z.string().nullable(),
  order: z.enum(["king_first", "challenger_first"]).nullable(),
  attempt: z.int(),
  raw: z.string(),
  finish_reason: z.string().nullable(),
  reasoning_content: z.string().nullable(),
});
export type RecordedReply = Readonly<z.infer<typeof recordedReplySchema>>;

export type Recordings = {
  readonly turns: readonly RecordedTurn[];
  readonly replies: readonly RecordedReply[];
  /** Attempts that are not served, as "turn id/role/attempt": "t09/challenger/1". */
  readonly leaveOut: readonly string[];
};

/** A function that answers requests from the recordings. */
export function makeReplay({
  turns,
  replies,
  leaveOut,
}: Recordings): (request: ChatRequest) => Outcome {
  const skipped = new Set(leaveOut);
  const byHistory = new Map<string, RecordedTurn>();
  for (const turn of turns) byHistory.set(historyHash(turn.messages), turn);
  const bySeat = new Map<string, RecordedReply[]>();
  for (const reply of [...replies].sort((a, b) => a.attempt - b.attempt)) {
    if (skipped.has(`${reply.turn_id}/${reply.role}/${reply.attempt}`)) continue;
    const seat = seatOf(reply.turn_id, reply.role, reply.judge, reply.order);
    bySeat.set(seat, [...(bySeat.get(seat) ?? []), reply]);
  }
  const lastText = (turnId: string, role: "king" | "challenger"): string =>
    checkForm(bySeat.get(seatOf(turnId, role, null, null))?.at(-1)?.raw ?? "").text;

  return (request) => {
    const { tag, model } = request;
    const turn = byHistory.get(tag.history_hash);
    if (turn === undefined) return refuse(`no turn with this history is recorded`, tag, model);
    const id = turn.turn_id;
    if (tag.role === "judge" && tag.pair_hash !== undefined) {
      const recorded = pairHash(turn.messages, lastText(id, "king"), lastText(id, "challenger"));
      if (recorded !== tag.pair_hash) {
        return refuse(
          `${id}: the recorded verdicts belong to another pair of candidates`,
          tag,
          model,
        );
      }
    }
    const judge = tag.role === "judge" ? model : null;
    const reply = bySeat.get(seatOf(id, tag.role, judge, tag.order ?? null))?.[tag.attempt - 1];
    if (reply === undefined) return refuse(`${id}: no such reply is recorded`, tag, model);
    return {
      ok: true,
      reply: {
        provider: request.provider,
        model,
        content: reply.raw,
        reasoning: reply.reasoning_content,
        refusal: null,
        finish_reason: reply.finish_reason,
        usage: NO_USAGE,
        cost_usd: 0,
        request_id: null,
        latency_ms: 0,
      },
    };
  };
}

// ---------------------------------------------------------------------------------------------

function seatOf(turnId: string, role: string, judge: string | null, order: string | null): string {
  return [turnId, role, judge ?? "", order ?? ""].join("\n");
}

function refuse(what: string, tag: RequestTag, model: string): Outcome {
  const asked = [
    tag.role,
    ...(tag.role === "judge" ? [model, tag.order ?? ""] : []),
    `attempt ${tag.attempt}`,
  ];
  return {
    ok: false,
    failure: {
      kind: "no_recording",
      message: `offline: ${what} (asked: ${asked.join(", ")}); name a real provider in chain.toml to ask a model`,
    },
  };
}
