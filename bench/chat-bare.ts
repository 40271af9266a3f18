/**
 * The bare openai client over the same calls as bench/chat-client.ts, C at a time and nothing else: no
 * ledger, no retries, no budget. What a reply of this form costs with it, whole or as a stream. Prints one
 * JSON line. Started by bench/chat.ts.
 */
import { OpenAI } from "openai";
import { z } from "zod";
import { callBody, measureCalls, STREAMED } from "./chat-calls.ts";

const job = z
  .object({ url: z.string(), calls: z.int(), concurrency: z.int(), stream: z.boolean() })
  .parse(JSON.parse(process.argv[2] ?? "{}"));
const client = new OpenAI({ baseURL: job.url, apiKey: "none", maxRetries: 0 });

async function ask(i: number): Promise<string> {
  const request = callBody(i);
  if (!job.stream) {
    const reply = await client.chat.completions.create(request);
    return reply.choices[0]?.message.content ?? "";
  }
  const events = await client.chat.completions.create({ ...request, ...STREAMED });
  let said = "";
  for await (const event of events) said += event.choices[0]?.delta.content ?? "";
  return said;
}

await measureCalls(job, async (i) => (await ask(i)).length);
