#!/usr/bin/env bash
# versions: openai 6.49.0, undici 7.30.2 (npm)
# behaviour: undici gives a response 300 s to begin, and the client's `timeout` cannot lengthen that: a
#   model that thinks longer is lost whatever `timeout` says. A dispatcher with headersTimeout 0 mends it.
# seen: the default is 300000; with a dispatcher's limit of 1 s a `timeout` of 60 s ends after 1 to 2 s.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit openai@6.49.0 undici@7.30.2 || exit 69
cat > run.mjs <<'JS'
import { createServer } from "node:http";
import { createRequire } from "node:module";
import OpenAI from "openai";
import { Agent, Client, fetch } from "undici";
const { kHeadersTimeout } = createRequire(import.meta.url)("undici/lib/core/symbols.js");
const limit = new Client("http://127.0.0.1:9")[kHeadersTimeout];
const server = createServer((_, answer) => {
  setTimeout(() => answer.end('{"choices":[]}'), 6000).unref();
}).listen(0, "127.0.0.1", async () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const dispatcher = new Agent({ headersTimeout: 1000 });
  const client = new OpenAI({
    apiKey: "none", baseURL, maxRetries: 0, timeout: 60_000, fetch, fetchOptions: { dispatcher },
  });
  const begun = Date.now();
  const said = await client.chat.completions
    .create({ model: "m", messages: [{ role: "user", content: "hello" }] })
    .then(() => "an answer", (error) => error.constructor.name);
  const seconds = (Date.now() - begun) / 1000;
  console.log(`default ${limit} ms; ${said} after ${seconds.toFixed(1)} s`);
  server.closeAllConnections();
  server.close();
  process.exitCode = limit === 300_000 && said === "APIConnectionTimeoutError" && seconds < 5 ? 0 : 1;
});
JS
node run.mjs
