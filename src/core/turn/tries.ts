/**
 * The book-keeping of askings: how often a turn may be asked, and what all its tries cost together.
 * Pure, so that a resumed run counts exactly as an uninterrupted one.
 */
import type { Try } from "../../records/answer.ts";
import type { RunInfo, Usage } from "../../records/run-info.ts";
import { NO_USAGE } from "../../records/run-info.ts";
import type { ChatReply } from "../../work.ts";
import type { SaidReply } from "./tool-form.ts";

/** Number of the next asking, 1-based. Tries are never forgotten, so keys stay unique. */
export function nextAttempt(tries: readonly Try[]): number {
  return tries.length + 1;
}

/**
 * True when the allowance of `attempts` is used up. Each --retry of a recorded drop grants a whole
 * allowance more, which a later run without --retry goes on with.
 */
export function isUsedUp(tries: readonly Try[], attempts: number): boolean {
  return tries.length > 0 && tries.length % attempts === 0;
}

/** The last askings were answered with one and the same text: the server does not sample. */
export function isSameAgain(tries: readonly Try[]): boolean {
  const [last, before] = [tries.at(-1), tries.at(-2)];
  return last !== undefined && last.raw.trim() !== "" && last.raw === before?.raw;
}

/** What is said once of such a model. */
export const greedyNote = (model: string): string =>
  `${model} gives the same text every time it is asked: the server is greedy, so asking again and strategy "select" get nothing new; set a temperature there, or another model`;

export function tryOf(
  attempt: number,
  reply: ChatReply,
  fault: { readonly reason: string; readonly detail: string },
  time: string,
): Try {
  return {
    attempt,
    raw: reply.content,
    ...(reply.tool_calls === undefined || reply.tool_calls.length === 0
      ? {}
      : {
          message: {
            role: "assistant",
            content: reply.content,
            tool_calls: [...reply.tool_calls],
          },
        }),
    finish_reason: reply.finish_reason,
    reason: fault.reason,
    detail: fault.detail,
    usage: reply.usage,
    cost_usd: reply.cost_usd,
    time,
  };
}

/** How long the reply was waited for, as a record keeps it; nothing where it was replayed. */
export function tookOf({ latency_ms }: ChatReply): Pick<RunInfo, "latency_ms"> {
  return latency_ms > 0 ? { latency_ms: Math.round(latency_ms) } : {};
}

/** What a try said, with its calls where it made any. */
export function saidInTry({ raw, message }: Pick<Try, "raw" | "message">): SaidReply {
  return message ?? { content: raw };
}

type Billed = Pick<Try, "usage" | "cost_usd">;

/** Usage and cost over all tries and the last reply; cost is null as soon as one is unpriced. */
export function sumOfTries(tries: readonly Billed[], last?: ChatReply): Billed {
  const all: readonly Billed[] = last === undefined ? tries : [...tries, last];
  let usage = NO_USAGE;
  let cost_usd: number | null = 0;
  for (const billed of all) {
    usage = addUsage(usage, billed.usage);
    cost_usd = cost_usd === null || billed.cost_usd === null ? null : cost_usd + billed.cost_usd;
  }
  return { usage, cost_usd };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    prompt_tokens: a.prompt_tokens + b.prompt_tokens,
    cached_tokens: a.cached_tokens + b.cached_tokens,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
  };
}
