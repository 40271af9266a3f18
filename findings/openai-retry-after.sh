#!/usr/bin/env bash
# versions: openai 6.49.0 (npm)
# behaviour: with its own retries on, the client waits as long as a server's Retry-After says, however
#   long, and an abort does not end that wait. So we retry ourselves, with a cap.
# seen: a call aborted after 0.3 s comes back when the 4 s of Retry-After are over.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit openai@6.49.0 || exit 69
cat > run.mjs <<'JS'
import { createServer } from "node:http";
import OpenAI from "openai";
let asked = 0;
const server = createServer((_, answer) => {
  asked++;
  answer.writeHead(429, { "retry-after": "4" }).end("{}");
}).listen(0, "127.0.0.1", async () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const client = new OpenAI({ apiKey: "none", baseURL, maxRetries: 1 });
  const begun = Date.now();
  const call = { model: "m", messages: [{ role: "user", content: "hello" }] };
  const name = await client.chat.completions
    .create(call, { signal: AbortSignal.timeout(300) })
    .then(() => "an answer", (error) => error.constructor.name);
  const seconds = (Date.now() - begun) / 1000;
  console.log(`${name} after ${seconds.toFixed(0)} s, ${asked} request(s)`);
  server.closeAllConnections();
  server.close();
  process.exitCode = seconds >= 3.5 ? 0 : 1;
});
JS
node run.mjs
