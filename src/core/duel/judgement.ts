/** A judge's reply as the score file keeps it: read when it comes, taken up again by every later run. */
import { NO_USAGE } from "../../records/run-info.ts";
import type { Judgement } from "../../records/score.ts";
import type { Order, Outcome } from "../../work.ts";
import { isOutdated } from "../retry/settings-hash.ts";
import { challengerView, readVerdict } from "./verdict.ts";

/** The present pair's hash, and what builds that knew no structure made of it. */
export type Hashes = { readonly pair: string; readonly plain: string };

/** What a run was told of replies that are there. */
export type Taking = {
  /** Ask every judge anew. */
  readonly force: boolean;
  /** Ask this judge anew. */
  readonly rejudge: string | null;
  /** Read all kept replies again. */
  readonly reparse: boolean;
};

/** A kept reply as this run takes it up: superseded when it is to be asked anew, read again on demand. */
export function takeUp(
  reply: Judgement,
  { pair, plain, settings }: Hashes & { readonly settings: string | undefined },
  taking: Taking,
): Judgement {
  const isOfPair = reply.pair_hash === pair || reply.pair_hash === plain;
  if (!isOfPair || reply.superseded === true) return reply;
  const isRefusal = reply.failed === true && settings !== undefined;
  if (isRefusal && isOutdated(reply, settings)) return { ...reply, superseded: true };
  if (taking.force || taking.rejudge === reply.model) return { ...reply, superseded: true };
  if (!taking.reparse || reply.failed === true) return reply;
  return { ...reply, ...readingOf(reply.raw, reply.finish_reason, reply.order) };
}

/** What is known of a reply before it is read. */
export type Frame = Pick<
  Judgement,
  | "model"
  | "provider"
  | "order"
  | "attempt"
  | "pair_hash"
  | "config_hash"
  | "prompt_version"
  | "time"
>;

/** null: a failure that lies not in the item, and is asked again. */
export function judgementOf(frame: Frame, outcome: Outcome): Judgement | null {
  if (outcome.ok) {
    const { content, reasoning, finish_reason, usage, cost_usd, refusal, answered_by } =
      outcome.reply;
    return {
      ...frame,
      ...(answered_by === undefined ? {} : { answered_by }),
      ...readingOf(content, finish_reason, frame.order),
      ...(refusal === null ? {} : { refusal }),
      raw: content,
      reasoning,
      finish_reason,
      usage,
      cost_usd,
    };
  }
  const { kind, message } = outcome.failure;
  if (kind !== "context_too_long" && kind !== "rejected") return null;
  return {
    ...frame,
    metrics: null,
    reason: "",
    unread: kind,
    unread_detail: message,
    failed: true,
    raw: "",
    reasoning: null,
    finish_reason: null,
    usage: NO_USAGE,
    cost_usd: null,
  };
}

// ---------------------------------------------------------------------------------------------

/** What a raw reply says, as the fields of a judgement. */
function readingOf(
  raw: string,
  finishReason: string | null,
  order: Order,
): Pick<Judgement, "metrics" | "reason" | "unread" | "unread_detail"> {
  const verdict = readVerdict({ content: raw, finish_reason: finishReason });
  return verdict.ok
    ? {
        metrics: challengerView(verdict.votes, order),
        reason: verdict.reason,
        unread: null,
        unread_detail: null,
      }
    : { metrics: null, reason: "", unread: verdict.reason, unread_detail: verdict.detail };
}
