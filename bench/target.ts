/**
 * What the controller of a target run takes of the CPU of the stages that it runs: everything in this process, models
 * that answer at once, a ledger line for every call. `npm run bench:target`.
 */
import { appendFileSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../src/config.ts";
import { seededRng } from "../src/core/random.ts";
import { openStore } from "../src/io/store.ts";
import { challenger } from "../src/stages/challenger.ts";
import { king } from "../src/stages/king.ts";
import { prompt } from "../src/stages/prompt.ts";
import { report } from "../src/stages/report.ts";
import { untilTarget } from "../src/stages/stages.ts";
import { validate } from "../src/stages/validate.ts";
import { scriptedChat } from "../test/support/chat.ts";
import { OPTIONS, testDeps } from "../test/support/deps.ts";
import { scriptedAnswer, targetSources, targetToml } from "../test/support/target-world.ts";

/** Turns that can be drawn, turns wanted, turns of a file; npm run bench:target -- 800 150 20 */
const [rows = 4000, accepted = 1000, perFile = 100] = process.argv.slice(2).map(Number);

const root = mkdtempSync(join(tmpdir(), "kingmaker-target-"));
mkdirSync(join(root, "report"));
const toml = targetToml(`accepted = ${accepted}\nmax_candidates = ${rows}`, "", "chutes", perFile);
for (const [name, text] of Object.entries({ "chain.toml": toml, ...targetSources(rows) })) {
  writeFileSync(join(root, name), text);
}
let ledger = "";
const chat = scriptedChat((request, item) => {
  const line = {
    time: "2026-11-28T00:00:00.000Z",
    id: item.key,
    stage: item.stage,
    item: item.key,
    role: item.role,
    provider: request.provider,
    model: request.model,
    tokens_in: 1000,
    tokens_cached: 0,
    tokens_out: 100,
    tokens_reasoning: 0,
    usd: 0.001,
    latency_ms: 1,
  };
  for (const [event, outcome] of [
    ["intent", null],
    ["outcome", "ok"],
  ]) {
    ledger += `${JSON.stringify({ ...line, event, outcome })}\n`;
  }
  return scriptedAnswer(request, item);
});

const config = loadConfig(root, {});
let inStages = 0;
let rounds = 0;
async function counted(run: () => Promise<unknown>): Promise<number> {
  const from = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(from);
  inStages += user + system;
  return 0;
}
const from = process.cpuUsage();
await untilTarget(config, {
  store: openStore(root),
  rng: (purpose) => seededRng(42, purpose),
  say: (line) => void process.stderr.write(`${line}\n`),
  async draw(limit) {
    rounds++;
    return counted(() =>
      prompt(config, testDeps(root, chat), { ...OPTIONS, limit, skipBad: false }),
    );
  },
  ask: () =>
    counted(async () => {
      for (const stage of [king, challenger, validate, report]) {
        await stage(config, testDeps(root, chat), OPTIONS);
        appendFileSync(join(root, "report/ledger.jsonl"), ledger);
        ledger = "";
      }
    }),
});
const { user, system } = process.cpuUsage(from);
rmSync(root, { recursive: true });
const own = user + system - inStages;
process.stdout.write(
  `${rounds} rounds, ${chat.seen.length} calls: stages ${(inStages / 1e6).toFixed(2)} CPU s, controller ${(own / 1e6).toFixed(2)} CPU s, ${((100 * own) / inStages).toFixed(2)} %\n`,
);
