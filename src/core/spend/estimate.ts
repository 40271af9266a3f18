/**
 * What the missing calls of a workspace will come to, by stage and model: what is expected and the
 * most it can be. From the very prompts that will be sent; how long the answers get is known from the
 * ledger where calls were made already, and assumed where none was.
 */
import { z } from "zod";
import type { Price } from "../../calls/rules.ts";
import type { LedgerLine } from "../../records/ledger.ts";
import type { Usage } from "../../records/run-info.ts";
import type { ChatMessage, ModelRef } from "../../work.ts";
import { costOf, upperBound } from "./price.ts";

export type ModelStage = "king" | "challenger" | "validate" | "refine";
export const MODEL_STAGES: readonly ModelStage[] = ["king", "challenger", "validate", "refine"];

/** One call that will be made, or several alike. */
export type PlannedCall = ModelRef & {
  readonly stage: ModelStage;
  /** Bytes of the prompt, UTF-8. */
  readonly bytes: number;
  /** Share of the prompt that a call just before it has sent as well, 0..1. */
  readonly shared: number;
  /** Completion limit in tokens. */
  readonly maxTokens: number;
  /** Thinking is part of the completion. */
  readonly thinks: boolean;
  /** A judge's, on another stage's bill than validate's. */
  readonly isVerdict?: boolean;
  /** How often it is made when every answer is taken at once, and at most. */
  readonly times: number;
  readonly mostTimes: number;
};

export type EstimateRow = ModelRef & {
  readonly stage: ModelStage;
  readonly calls: number;
  readonly most_calls: number;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly most_tokens: number;
  /** null: unpriced. */
  readonly usd: number | null;
  readonly most_usd: number | null;
};

/** Calls that were answered and their completion tokens, by stage, provider and model. */
export const learnedState = z.record(z.string(), z.object({ calls: z.number(), out: z.number() }));
export type LearnedState = z.infer<typeof learnedState>;

export type Learner = {
  /** An answer that came: what its model's next ones will be like. */
  learn(line: LedgerLine): void;
  state(): LearnedState;
};

/** @param from goes on from there */
export function makeLearner(from: LearnedState = {}): Learner {
  const seen = new Map(Object.entries(from));
  return {
    learn({ event, outcome, stage, provider, model, tokens_out, ...line }) {
      if (event !== "outcome" || outcome !== "ok" || line["estimated"] === true) return;
      const { calls, out } = seen.get(`${stage} ${provider} ${model}`) ?? { calls: 0, out: 0 };
      seen.set(`${stage} ${provider} ${model}`, { calls: calls + 1, out: out + tokens_out });
    },
    state: () => Object.fromEntries(seen),
  };
}

export type Estimator = {
  add(call: PlannedCall): void;
  /** By stage, then model, in the order of the stages. `calls`: of the whole stage. */
  rows(price: (model: ModelRef, calls: number) => Price | undefined): EstimateRow[];
};

/** UTF-8 bytes of a prompt. */
export function promptBytes(
  messages: readonly ChatMessage[],
  tools: readonly unknown[] = [],
): number {
  const said = tools.length === 0 ? 0 : bytesOf(JSON.stringify(tools));
  return messages.reduce((sum, message) => sum + messageBytes(message), said);
}

const bytesOf = (text: string): number => encoder.encode(text).length;

function messageBytes({ content, tool_calls, reasoning }: ChatMessage): number {
  const calls = tool_calls === undefined ? 0 : bytesOf(JSON.stringify(tool_calls));
  return bytesOf(content) + calls + (reasoning === undefined ? 0 : bytesOf(reasoning));
}

/** @param learned what came of calls so far */
export function makeEstimator(learned: LearnedState = {}): Estimator {
  const seen = new Map(Object.entries(learned));
  const sums = new Map<string, Sum>();
  return {
    add(call) {
      const { stage, provider, model } = call;
      const name = `${stage} ${provider} ${model}`;
      const { times, mostTimes, shared } = call;
      const most = upperBound(call.bytes, call.maxTokens);
      const input = Math.round(call.bytes / EXPECTED_BYTES_A_TOKEN);
      const before = sums.get(name) ?? { ...NOTHING, stage, provider, model };
      const out = expectedOut(seen.get(name), call);
      sums.set(name, {
        ...before,
        calls: before.calls + times,
        mostCalls: before.mostCalls + mostTimes,
        expected: plus(before.expected, times, {
          prompt_tokens: input,
          cached_tokens: Math.round(input * shared),
          completion_tokens: out,
          reasoning_tokens: 0,
        }),
        most: plus(before.most, mostTimes, most),
      });
    },
    rows: (price) => {
      const stageCalls = new Map<ModelStage, number>();
      for (const { stage, calls } of sums.values())
        stageCalls.set(stage, (stageCalls.get(stage) ?? 0) + calls);
      return [...sums.values()]
        .map(({ stage, provider, model, calls, mostCalls, expected, most }) => ({
          stage,
          provider,
          model,
          calls,
          most_calls: mostCalls,
          tokens_in: expected.prompt_tokens,
          tokens_out: expected.completion_tokens,
          most_tokens: most.prompt_tokens + most.completion_tokens,
          usd: costOf(expected, price({ provider, model }, stageCalls.get(stage) ?? 0)),
          most_usd: costOf(most, price({ provider, model }, stageCalls.get(stage) ?? 0)),
        }))
        .sort((a, b) => MODEL_STAGES.indexOf(a.stage) - MODEL_STAGES.indexOf(b.stage));
    },
  };
}

/** Sums rows up; usd null where a row has no price. */
export function totalOf(rows: readonly EstimateRow[]): Omit<EstimateRow, "stage" | keyof ModelRef> {
  const sum = (of: (row: EstimateRow) => number): number => rows.reduce((n, row) => n + of(row), 0);
  const usd = (of: (row: EstimateRow) => number | null): number | null =>
    rows.some((row) => of(row) === null) ? null : sum((row) => of(row) ?? 0);
  return {
    calls: sum((row) => row.calls),
    most_calls: sum((row) => row.most_calls),
    tokens_in: sum((row) => row.tokens_in),
    tokens_out: sum((row) => row.tokens_out),
    most_tokens: sum((row) => row.most_tokens),
    usd: usd((row) => row.usd),
    most_usd: usd((row) => row.most_usd),
  };
}

// ---------------------------------------------------------------------------------------------

const encoder = new TextEncoder();

/** English and code, by the usual tokenizers. */
const EXPECTED_BYTES_A_TOKEN = 4;
/** Completions where no call was made yet: a thought and a command, a verdict, a verdict thought over. */
const ASSUMED_OUT = { answer: 300, verdict: 150, thinking: 1500 };
/** So many calls must have been made before their mean is believed. */
const ENOUGH_SEEN = 10;

type Sum = ModelRef & {
  readonly stage: ModelStage;
  readonly calls: number;
  readonly mostCalls: number;
  readonly expected: Usage;
  readonly most: Usage;
};

const NO_TOKENS: Usage = {
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
};
const NOTHING = { calls: 0, mostCalls: 0, expected: NO_TOKENS, most: NO_TOKENS };

function plus(sum: Usage, times: number, each: Usage): Usage {
  return {
    prompt_tokens: sum.prompt_tokens + times * each.prompt_tokens,
    cached_tokens: sum.cached_tokens + times * each.cached_tokens,
    completion_tokens: sum.completion_tokens + times * each.completion_tokens,
    reasoning_tokens: 0,
  };
}

function expectedOut(seen: { calls: number; out: number } | undefined, call: PlannedCall): number {
  if (seen !== undefined && seen.calls >= ENOUGH_SEEN) return Math.round(seen.out / seen.calls);
  const assumed = call.thinks
    ? ASSUMED_OUT.thinking
    : call.stage === "validate" || call.isVerdict === true
      ? ASSUMED_OUT.verdict
      : ASSUMED_OUT.answer;
  return Math.min(assumed, call.maxTokens);
}
