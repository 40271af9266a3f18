/** report/ledger.jsonl: a line before and a line after every model call. */
import { z } from "zod";

/**
 * A line of report/ledger.jsonl: "intent" before a call, "outcome" (same id) after it. An intent
 * without an outcome was in flight when the process died; its reservation stays in the budget.
 */
export const ledgerLineSchema = z.looseObject({
  id: z.string(),
  event: z.enum(["intent", "outcome"]),
  time: z.string(),
  stage: z.string(),
  item: z.string(),
  role: z.string(),
  provider: z.string(),
  model: z.string(),
  /** Outcome: what was billed. Intent: what is reserved. usd null: unpriced. */
  tokens_in: z.number(),
  tokens_cached: z.number(),
  tokens_out: z.number(),
  tokens_reasoning: z.number(),
  usd: z.number().nullable(),
  latency_ms: z.number().nullable(),
  /** Of an intent: the seconds that its provider was given; absent in lines of older builds. */
  timeout_s: z.number().optional(),
  /** "ok", or a failure: "http_429", "timeout", "reset", "bad_json" ...; null in an intent. */
  outcome: z.string().nullable(),
  /** Intent: who carries the call out, where that is not the process that wrote it. */
  engine: z.string().optional(),
});
export type LedgerLine = Readonly<z.infer<typeof ledgerLineSchema>>;
