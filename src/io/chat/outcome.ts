/** What becomes of a call's reading: the bill, the reply, the failure. */
import type { Answer, Fault, Reading } from "../../calls/exchange.ts";
import { NO_USAGE, type Usage } from "../../records/run-info.ts";
import type { ChatFailure, ChatReply, ModelRef } from "../../work.ts";

export const INTERRUPTED: ChatFailure = {
  kind: "interrupted",
  message: "stopped before it was sent",
};

/** What a call came to. Where nobody counted and the provider may have worked, the most it can be. */
export function billed(
  reading: Reading,
  most: Usage,
): { readonly usage: Usage; readonly estimated: boolean } {
  const said = reading.ok ? reading.answer.usage : reading.fault.usage;
  if (said !== null) return { usage: said, estimated: false };
  const free =
    !reading.ok &&
    (reading.fault.kind.startsWith("http_") || FREE_FAULTS.includes(reading.fault.kind));
  return free ? { usage: NO_USAGE, estimated: false } : { usage: most, estimated: true };
}

export function replyOf(
  ref: ModelRef,
  answer: Answer,
  call: {
    readonly request_id: string | null;
    readonly usage: Usage;
    readonly usd: number | null;
    readonly latencyMs: number;
  },
): ChatReply {
  const { content, reasoning, refusal, thinking_blocks, tool_calls, finish_reason, model } = answer;
  return {
    ...ref,
    ...(model === null || model === ref.model ? {} : { answered_by: model }),
    content,
    reasoning,
    refusal,
    ...(thinking_blocks === undefined ? {} : { thinking_blocks }),
    ...(tool_calls === undefined ? {} : { tool_calls }),
    finish_reason,
    usage: call.usage,
    cost_usd: call.usd,
    request_id: call.request_id,
    latency_ms: call.latencyMs,
  };
}

/** The empty answer that a fault without one is taken as. */
export const NO_ANSWER: Answer = {
  content: "",
  reasoning: null,
  refusal: null,
  finish_reason: null,
  model: null,
  usage: null,
  usd: null,
};

export function failureOf(
  kind: ChatFailure["kind"],
  message: string,
  fault: Pick<Fault, "status" | "request_id">,
): ChatFailure {
  return {
    kind,
    message,
    ...(fault.status === null ? {} : { status: fault.status }),
    ...(fault.request_id === null ? {} : { request_id: fault.request_id }),
  };
}

/** Of a chain's failures the one that says what to do: what a later run may mend comes first. */
export function joined(failures: readonly ChatFailure[]): ChatFailure {
  const [first] = failures;
  if (first === undefined) throw new Error("chat: a request names at least one model");
  const last = failures.at(-1) ?? first;
  if (last.kind === "budget" || last.kind === "interrupted") return last;
  const open =
    MENDABLE.map((kind) => failures.find((one) => one.kind === kind)).find(
      (one) => one !== undefined,
    ) ?? first;
  const { closed: _closed, ...failure } = open;
  const message = failures.map((one) => one.message).join("; then ");
  return failures.every(({ closed }) => closed === true)
    ? { ...failure, message, closed: true }
    : { ...failure, message };
}

// ---------------------------------------------------------------------------------------------

const FREE_FAULTS: readonly string[] = ["connect", "html", "error_body", "no_choices"];

const MENDABLE = ["provider", "settings", "refused", "context"] as const;
