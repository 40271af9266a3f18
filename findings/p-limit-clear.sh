#!/usr/bin/env bash
# versions: p-limit 7.3.3 (npm)
# behaviour: clearQueue() leaves the promises of what it drops pending for ever, so whoever awaits them
#   waits for ever, unless the limit was made with rejectOnClear.
# seen: pending without rejectOnClear, rejected with an AbortError with it.
set -euo pipefail
cd "$(mktemp -d)" && trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit p-limit@7.3.3 || exit 69
cat > run.mjs <<'JS'
import pLimit from "p-limit";
const fate = async (options) => {
  const limit = pLimit({ concurrency: 1, ...options });
  const first = limit(() => new Promise((done) => setTimeout(done, 50)));
  const dropped = limit(() => "ran").catch((error) => `rejected with an ${error.name}`);
  limit.clearQueue();
  await first;
  return Promise.race([dropped, new Promise((done) => setTimeout(done, 1000, "pending"))]);
};
const plain = await fate({});
const told = await fate({ rejectOnClear: true });
console.log(`plain: ${plain}; rejectOnClear: ${told}`);
process.exitCode = plain === "pending" && told === "rejected with an AbortError" ? 0 : 1;
JS
node run.mjs
