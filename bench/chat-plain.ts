/**
 * The calls of bench/chat-client.ts by Node's own means and nothing else: `fetch`, or `node:http` with
 * connections kept. What a stream costs beside a whole reply before any client does a thing. Prints one
 * JSON line. Started by bench/chat.ts.
 */
import { Agent, request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { z } from "zod";

const PROMPT_CHARS = 30_000;
const job = z
  .object({
    url: z.string(),
    calls: z.int(),
    concurrency: z.int(),
    stream: z.boolean(),
    by: z.enum(["fetch", "http"]),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));
const url = `${job.url}/chat/completions`;
const agent = new Agent({ keepAlive: true });
const headers = { "content-type": "application/json" };
const text = "All work and no play makes a dull agent, says the log. ".repeat(600);

function bodyOf(i: number): string {
  const content = `turn ${i} ${text}`.slice(0, PROMPT_CHARS);
  return JSON.stringify({
    model: "bench",
    messages: [{ role: "user", content }],
    temperature: 1,
    max_tokens: 1024,
    ...(job.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
}

async function byFetch(body: string): Promise<number> {
  const response = await fetch(url, { method: "POST", headers, body });
  if (!job.stream || response.body === null) return (await response.text()).length;
  let size = 0;
  for await (const chunk of response.body) size += chunk.length;
  return size;
}

function byHttp(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const options = {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": bytes.length },
    };
    const sent = request(url, options, (response) => {
      textOf(response).then((said) => resolve(said.length), reject);
    });
    sent.on("error", reject).end(bytes);
  });
}

const ask = job.by === "fetch" ? byFetch : byHttp;
const cpuBefore = process.cpuUsage();
const started = performance.now();
let next = 0;
let unanswered = 0;
async function worker(): Promise<void> {
  while (next < job.calls) if ((await ask(bodyOf(next++))) === 0) unanswered++;
}
await Promise.all(Array.from({ length: job.concurrency }, worker));
const wallMs = performance.now() - started;
const cpu = process.cpuUsage(cpuBefore);
agent.destroy();
process.stdout.write(
  `${JSON.stringify({
    unanswered,
    calls: job.calls,
    wallMs,
    cpuS: (cpu.user + cpu.system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
  })}\n`,
);
