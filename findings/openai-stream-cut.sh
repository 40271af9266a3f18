#!/usr/bin/env bash
# versions: openai 6.49.0 (npm)
# behaviour: a stream that ends before the model does (no finish_reason, no [DONE]) is no error for who
#   iterates over it: a verdict or a command that is cut reads as a whole one. The client's own `.stream()`
#   helper raises for the same bytes. So we take no text without a finish_reason.
# seen: iterating: "rm -rf build" of "rm -rf build/cache", no error; helper: missing finish_reason.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit openai@6.49.0 || exit 69
cat > run.mjs <<'JS'
import { createServer } from "node:http";
import OpenAI from "openai";
const words = ["rm -rf", " build"];
const server = createServer((request, reply) => {
  request.resume();
  reply.writeHead(200, { "content-type": "text/event-stream" });
  for (const content of words) {
    const choices = [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }];
    reply.write(`data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", choices })}\n\n`);
  }
  reply.end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const baseURL = `http://127.0.0.1:${server.address().port}/v1`;
const chat = new OpenAI({ apiKey: "none", baseURL, maxRetries: 0 }).chat.completions;
const call = { model: "m", messages: [{ role: "user", content: "Clean the cache." }] };
const iterate = async () => {
  let text = "";
  for await (const event of await chat.create({ ...call, stream: true }))
    text += event.choices[0].delta.content;
  return `whole: ${text}`;
};
const said = (error) => `error: ${error.message}`;
const iterated = await iterate().catch(said);
const helped = await chat.stream(call).finalContent().catch(said);
server.close();
console.log(`${iterated}\n${helped}`);
process.exitCode = iterated === "whole: rm -rf build" && /^error: missing finish_reason/.test(helped) ? 0 : 1;
JS
node run.mjs
