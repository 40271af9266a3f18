#!/usr/bin/env bash
# versions: openai 6.49.0 (npm)
# behaviour: the client's `timeout` ends with the headers: a body that stalls runs on without limit.
#   AbortSignal.timeout() given as `signal` covers the body too.
# seen: `timeout` 500 ms: the answer comes after the 3 s that the body stalled; `signal` 500 ms: ends there.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit openai@6.49.0 || exit 69
cat > run.mjs <<'JS'
import { createServer } from "node:http";
import OpenAI from "openai";
const whole = JSON.stringify({ choices: [{ message: { role: "assistant", content: "late" } }] });
const server = createServer((_, answer) => {
  answer.writeHead(200, { "content-type": "application/json" });
  answer.write(whole.slice(0, 5));
  setTimeout(() => answer.end(whole.slice(5)), 3000);
}).listen(0, "127.0.0.1", async () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const client = new OpenAI({ apiKey: "none", baseURL, maxRetries: 0 });
  const ask = async (options) => {
    const begun = Date.now();
    const call = { model: "m", messages: [{ role: "user", content: "hello" }] };
    const said = await client.chat.completions
      .create(call, options)
      .then((done) => done.choices[0].message.content, () => "an error");
    return `${said} after ${Math.round((Date.now() - begun) / 1000)} s`;
  };
  const timeout = await ask({ timeout: 500 });
  const signal = await ask({ signal: AbortSignal.timeout(500) });
  console.log(`timeout: ${timeout}; signal: ${signal}`);
  server.closeAllConnections();
  server.close();
  process.exitCode = timeout === "late after 3 s" && /^an error after [01] s$/.test(signal) ? 0 : 1;
});
JS
node run.mjs
