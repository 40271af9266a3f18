/** What a reply cost and how it came about, as it stands in answers and verdicts. */
import { z } from "zod";

/** Tokens; what the provider did not say is 0. `prompt_tokens` includes the cached ones. */
export const usageSchema = z.looseObject({
  prompt_tokens: z.number(),
  cached_tokens: z.number(),
  completion_tokens: z.number(),
  reasoning_tokens: z.number(),
});
export type Usage = Readonly<z.infer<typeof usageSchema>>;
export const NO_USAGE: Usage = {
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
};

/** How a reply came about: king_run and challenger_run of an answer. */
export const runInfoSchema = z.looseObject({
  /** The model that answered (a fallback's name when a fallback did). */
  model: z.string(),
  provider: z.string(),
  /** The model as the reply named it, where that is another name. */
  answered_by: z.string().optional(),
  /** Version of the prompt text, for example "king-1". */
  prompt_version: z.string(),
  config_hash: z.string(),
  /** Sum over all attempts. */
  usage: usageSchema,
  /** USD over all attempts; null: no price known. */
  cost_usd: z.number().nullable(),
  attempts: z.int(),
  finish_reason: z.string().nullable(),
  /** Milliseconds that the accepted reply took; absent: replayed, or from before this was kept. */
  latency_ms: z.number().optional(),
  /** The king's accepted reply as it came, where the answer is not all of it. */
  raw: z.string().optional(),
  /** ISO 8601. */
  time: z.string(),
  /** Set when the reply broke the form to the end: a Malformed reason and what the check said. */
  malformed: z.object({ reason: z.string(), detail: z.string() }).nullish(),
});
export type RunInfo = Readonly<z.infer<typeof runInfoSchema>>;
