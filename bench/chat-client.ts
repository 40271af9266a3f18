/**
 * One measured run of the model client, in its own process: engine, client and ledger as a stage has
 * them, prompts of 30 kB, against a server at a given address. Prints one JSON line. Started by
 * bench/chat.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { parseConfig } from "../src/config.ts";
import { callRules } from "../src/core/retry/rules.ts";
import { seededRng } from "../src/core/random.ts";
import { makeChat } from "../src/io/chat/chat.ts";
import { localEngine } from "../src/io/engine.ts";
import { tuneForWaiting } from "../src/io/v8.ts";
import { openLedger } from "../src/io/ledger.ts";
import { silent } from "../src/io/progress.ts";
import type { WorkItem } from "../src/work.ts";
import { promptOf } from "./chat-calls.ts";

const job = z
  .object({
    url: z.string(),
    calls: z.int(),
    concurrency: z.int(),
    stream: z.boolean().default(false),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

tuneForWaiting();
const root = mkdtempSync(join(tmpdir(), "kingmaker-bench-"));
const now = (): Date => new Date();
const toml = `[provider.loop]\nbase_url = "${job.url}"\nmax_concurrency = ${job.concurrency}\nstream = ${job.stream}\n`;
const config = { ...parseConfig(toml, "chain.toml"), root, env: {} };
const ledger = openLedger(root, now);
const signal = new AbortController().signal;
const chat = makeChat({
  config,
  ledger,
  rules: callRules,
  now,
  rng: seededRng(1, "bench"),
  progress: silent,
  signal,
});
const engine = localEngine({ chat, places: chat, window: 4 * job.concurrency, signal });

function* items(): Generator<WorkItem> {
  for (let i = 0; i < job.calls; i++) {
    const content = promptOf(i);
    yield {
      stage: "king",
      key: `king/bench_${i}.json/1`,
      role: "king",
      request: {
        provider: "loop",
        model: "bench",
        messages: [{ role: "user", content }],
        temperature: 1,
        max_tokens: 1024,
        tag: { role: "king", history_hash: String(i), attempt: 1 },
      },
    };
  }
}

const cpuBefore = process.cpuUsage();
const started = performance.now();
let answered = 0;
const report = await engine(items(), async (_item, outcome) => {
  if (outcome.ok) answered++;
  return [];
});
const wallMs = performance.now() - started;
const cpu = process.cpuUsage(cpuBefore);
const calls = ledger.calls();
await chat.close();
await ledger.close();
rmSync(root, { recursive: true });
process.stdout.write(
  `${JSON.stringify({
    answered,
    unanswered: report.unanswered,
    calls,
    wallMs,
    cpuS: (cpu.user + cpu.system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
  })}\n`,
);
