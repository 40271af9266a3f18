/** [provider.NAME]: where models are asked, and how. */
import { z } from "zod";
import { positive, name } from "./ranges.ts";

const price = z.strictObject({
  /** USD per million tokens. */
  input: z.number().min(0),
  cached_input: z.number().min(0).optional(),
  output: z.number().min(0),
  /** Share of these prices that a call in a batch costs: 0.5 is half. @default 1 */
  batch: z.number().min(0).max(1).optional(),
  /** When the price was looked up, "2026-11-28"; `npm run prices` writes it. */
  date: z.string().optional(),
});

/** `batch = 0.5` beside the models' tables is the share of every model that says none of its own. */
function shareForAll(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { batch, ...models } = value as Readonly<Record<string, unknown>>;
  if (typeof batch !== "number") return value;
  return Object.fromEntries(
    Object.entries(models).map(([model, own]) => [
      model,
      typeof own === "object" ? { batch, ...own } : own,
    ]),
  );
}

export const providerSection = z.strictObject({
  /** Which API is spoken: chat completions, OpenAI's Responses, Anthropic's Messages. */
  api: z.enum(["chat", "responses", "messages"]).default("chat"),
  base_url: name.optional(),
  /** Several servers of one kind: each has its own places and its own breaker. */
  base_urls: z.array(name).default([]),
  base_url_env: name.optional(),
  api_key_env: name.optional(),
  max_concurrency: positive.default(64),
  requests_per_minute: positive.optional(),
  tokens_per_minute: positive.optional(),
  price: z.preprocess(shareForAll, z.record(name, price)).default({}),
  /** Whose batch API is spoken here; absent: by `api` and the section's name, else OpenAI's. */
  batch_api: z
    .enum(["openai", "anthropic", "groq", "together", "mistral", "openrouter"])
    .optional(),
  headers: z.record(name, z.string()).default({}),
  /** Header name -> environment variable that holds its value. */
  headers_env: z.record(name, name).default({}),
  body: z.record(name, z.json()).default({}),
  /** Fields that are taken out of every request, whoever put them in. */
  exclude_body: z.array(name).default([]),
  /** "user": the system text stands before the first user message, for templates without a system role. */
  system_role: z.enum(["system", "developer", "user"]).default("system"),
  /**
   * Whether replies are asked for as streams. "auto": where the server refuses whole ones, or where what
   * stands between cuts calls that are silent for long.
   */
  stream: z.union([z.literal("auto"), z.boolean()]).default("auto"),
  /**
   * Whether the models there are given the calls of a history as calls; absent: by the model's name. The
   * doctor's finding and the word of llama.cpp's server win over it, `[protocol] native` over all.
   */
  calls: z.boolean().optional(),
  /** How the completion limit is called there; OpenAI's newer models want max_completion_tokens. */
  max_tokens_field: z.enum(["max_tokens", "max_completion_tokens"]).default("max_tokens"),
  /** Seconds until the whole answer has to be there. */
  timeout_s: z.number().positive().default(600),
  /** Calls that fail in a row before the stage stops early. */
  breaker: positive.default(20),
  /** Wall-clock ceiling of one item in seconds, all retries and waits included. */
  item_ceiling_s: z.number().positive().default(1800),
  /** Tries of one request against faults (waiting for a rate limit does not count). */
  tries: positive.default(6),
});
