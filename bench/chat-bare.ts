/**
 * The bare openai client over the same calls as bench/chat-client.ts, C at a time and nothing else: no
 * ledger, no retries, no budget. What a reply of this form costs with it, whole or as a stream. Prints one
 * JSON line. Started by bench/chat.ts.
 */
import { OpenAI } from "openai";
import { z } from "zod";

const PROMPT_CHARS = 30_000;
const job = z
  .object({ url: z.string(), calls: z.int(), concurrency: z.int(), stream: z.boolean() })
  .parse(JSON.parse(process.argv[2] ?? "{}"));
const client = new OpenAI({ baseURL: job.url, apiKey: "none", maxRetries: 0 });
const text = "All work and no play makes a dull agent, says the log. ".repeat(600);

async function ask(i: number): Promise<string> {
  const content = `turn ${i} ${text}`.slice(0, PROMPT_CHARS);
  const request = {
    model: "bench",
    messages: [{ role: "user" as const, content }],
    temperature: 1,
    max_tokens: 1024,
  };
  if (!job.stream) {
    const reply = await client.chat.completions.create(request);
    return reply.choices[0]?.message.content ?? "";
  }
  const events = await client.chat.completions.create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  });
  let said = "";
  for await (const event of events) said += event.choices[0]?.delta.content ?? "";
  return said;
}

const cpuBefore = process.cpuUsage();
const started = performance.now();
let next = 0;
let unanswered = 0;
async function worker(): Promise<void> {
  while (next < job.calls) if ((await ask(next++)) === "") unanswered++;
}
await Promise.all(Array.from({ length: job.concurrency }, worker));
const wallMs = performance.now() - started;
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(
  `${JSON.stringify({
    unanswered,
    calls: job.calls,
    wallMs,
    cpuS: (cpu.user + cpu.system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
  })}\n`,
);
