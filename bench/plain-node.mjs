/**
 * What one writes oneself for this job in an hour: prompts from prompt/*.json, the openai client, p-limit, every
 * answer with its prompt appended to one file. No ledger, budget, retries, locks, checks of form or fsync, and
 * nothing that would know on a second run what is there. Plain JavaScript, so that nothing has to translate it.
 * Started by bench/peers.ts: node bench/plain-node.mjs ROOT URL CONCURRENCY
 */
import { appendFile, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import OpenAI from "openai";
import pLimit from "p-limit";

const [root, baseURL, concurrency] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
const limit = pLimit(Number(concurrency));

const names = (await readdir(join(root, "prompt"))).sort();
const prompts = [];
for (const name of names) {
  prompts.push(...JSON.parse(await readFile(join(root, "prompt", name), "utf8")));
}
await Promise.all(
  prompts.map((prompt) =>
    limit(async () => {
      const reply = await client.chat.completions.create({
        model: "bench",
        messages: prompt.messages,
        temperature: 1,
        max_tokens: 1024,
      });
      const king = reply.choices[0].message.content;
      await appendFile(join(root, "answers.jsonl"), `${JSON.stringify({ ...prompt, king })}\n`);
    }),
  ),
);
