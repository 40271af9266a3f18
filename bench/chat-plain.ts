/**
 * The calls of bench/chat-client.ts by Node's own means and nothing else: `fetch`, or `node:http` with
 * connections kept. What a stream costs beside a whole reply before any client does a thing. Prints one
 * JSON line. Started by bench/chat.ts.
 */
import { Agent, request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { z } from "zod";
import { callBody, measureCalls, STREAMED } from "./chat-calls.ts";

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

const bodyOf = (i: number): string =>
  JSON.stringify({ ...callBody(i), ...(job.stream ? STREAMED : {}) });

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
await measureCalls(job, (i) => ask(bodyOf(i)));
agent.destroy();
