/**
 * npm run soak [-- --kills 1000 --seed 1]: stages killed with SIGKILL at drawn moments, some stopped with SIGSTOP
 * before, some started twice at once, against a loopback server of which 15 % of the answers are faults; then
 * each is run to its end and everything is counted. Prints a table; ends with 1 when a promise was broken.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRng } from "../src/core/random.ts";
import { ledgerLineSchema, type LedgerLine } from "../src/records/ledger.ts";
import { faultPlan, startLlmServer, type LlmServer } from "../test/support/llm-server.ts";
import { writeRepairLogs } from "./repair-logs.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
  },
});
const CONCURRENCY = 8;
const KEY = "soak-key-0123456789";
const FAULTS = {
  "429": 0.04,
  "500": 0.04,
  reset_before: 0.02,
  reset_body: 0.02,
  cut_json: 0.02,
  html: 0.01,
};

type Stage = { readonly name: string; readonly args: readonly string[]; readonly asks: boolean };

const STAGES: readonly Stage[] = [
  { name: "prompt", args: [], asks: false },
  { name: "king", args: [], asks: true },
  { name: "challenger", args: [], asks: true },
  { name: "validate", args: [], asks: true },
  { name: "report", args: [], asks: false },
  { name: "export", args: ["--refined", "--force"], asks: false },
  { name: "repair", args: ["--input", "logs.jsonl", "--force"], asks: false },
  { name: "actions", args: ["--swe", "none", "--toolbench", "none", "--force"], asks: false },
];

const root = mkdtempSync(join(tmpdir(), "kingmaker-soak-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
const seed = Number(values.seed);
const rng = seededRng(seed, "soak");
const server = await startLlmServer({
  latencyMs: 40,
  fault: faultPlan(seed, FAULTS),
  answer: ({ messages }, n) => {
    const last = messages.at(-1)?.content ?? "";
    return last.includes("MODEL 1") && last.includes("MODEL 2")
      ? '{"correctness": 1, "grounding": 0, "progress": 2, "protocol": 0, "efficiency": 0, "reason": "r"}'
      : `THOUGHT: look.\n\n\`\`\`bash\nls -la /tmp/${n}\n\`\`\``;
  },
});
writeWorkspace();

console.log(
  "| stage | kills | stopped before | started twice | refused as second | torn files | left behind | requests | asked again, for faults and kills | in flight at kills | ends |",
);
console.log("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
for (const stage of STAGES) await soak(stage, Math.ceil(Number(values.kills) / STAGES.length));
await checkLedger(server);
await server.close();

async function soak({ name, args, asks }: Stage, kills: number): Promise<void> {
  const flags = ["--root", root, "--yes", ...args];
  const asked = server.stats.requests;
  const bodies = server.seen.length;
  const clean = performance.now();
  let span = 4000;
  const count = { killed: 0, stopped: 0, twice: 0, refused: 0, torn: 0 };
  for (let kill = 0; kill < kills; kill++) {
    const first = startStage(name, flags);
    const hasSecond = rng() < 0.1;
    const second = hasSecond ? startStage(name, flags) : null;
    await sleep(rng() * span);
    if (rng() < 0.1) {
      first.child.kill("SIGSTOP");
      count.stopped++;
      await sleep(200);
    }
    first.child.kill("SIGKILL");
    if ((await first.ended).signal === "SIGKILL") count.killed++;
    if (second !== null) {
      count.twice++;
      second.child.kill("SIGKILL");
      if ((await second.ended).stderr.includes("is already running in")) count.refused++;
    }
    count.torn += tornFiles();
    if (kill === 0) span = Math.max(1500, performance.now() - clean + 2000);
  }
  const last = await startStage(name, flags).ended;
  const left = files().filter(([file]) => file.endsWith(".tmp") || file === ".lock").length;
  const seen = server.seen.slice(bodies).map(({ body }) => JSON.stringify(body));
  const repeats = asks ? seen.length - new Set(seen).size : 0;
  const inFlight = (count.killed + count.twice) * CONCURRENCY;
  const ends = last.code === 0 ? "0" : `${last.code}: ${last.stderr.slice(-200)}`;
  console.log(
    `| ${name} | ${count.killed} | ${count.stopped} | ${count.twice} | ${count.refused} | ${count.torn} | ${left} | ${server.stats.requests - asked} | ${repeats} | ≤ ${inFlight} | ${ends} |`,
  );
  if (count.torn > 0 || left > 0 || last.code !== 0) process.exitCode = 1;
}

/** Files that are no JSON; the ledger's and the journal's last lines may be torn, others not. */
function tornFiles(): number {
  let torn = 0;
  for (const [name, text] of files()) {
    if (!name.endsWith(".json") || name.includes(".tmp")) continue;
    try {
      JSON.parse(text);
    } catch {
      torn++;
    }
  }
  return torn;
}

/** Every request has its intent; every call an outcome, but for those in flight at a kill. */
async function checkLedger({ stats }: LlmServer): Promise<void> {
  const lines: LedgerLine[] = readFileSync(join(root, "report/ledger.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => ledgerLineSchema.parse(JSON.parse(line)));
  const intents = lines.filter(({ event }) => event === "intent").length;
  const outcomes = lines.length - intents;
  const open = intents - outcomes;
  console.log(
    `\nrequests that reached the server: ${stats.requests}; intents in the ledger: ${intents}; without an outcome: ${open}`,
  );
  const holdsKey = files().some(([, text]) => text.includes(KEY));
  console.log(`files that hold the key: ${holdsKey ? "yes" : "none"}`);
  if (intents < stats.requests || holdsKey) process.exitCode = 1;
}

/** The sample's turns, every role asked at the loopback server. */
function writeWorkspace(): void {
  const sample = resolve("sample");
  const source = `[source]\ntrajectories = "${sample}/turns.jsonl"\nprs = "${sample}/prs.jsonl"\ncount = 24\nexclude_benchmarks = false\nmax_per_instance = 0\n`;
  const provider = `[provider.loop]\nbase_url = "${server.url}"\napi_key_env = "SOAK_KEY"\nmax_concurrency = ${CONCURRENCY}\n`;
  const roles = ["king", "challenger", "judge"].map((role) => `[${role}]\nprovider = "loop"\n`);
  // Verdicts of the server are draws: with these limits there is something to export.
  const bucket = "[bucket]\nfinal_min = 40\ndefeat_max = 30\n";
  writeFileSync(join(root, "chain.toml"), `${source}${provider}${roles.join("")}${bucket}`);
  writeRepairLogs(join(root, "logs.jsonl"), 2000);
}

/** Every file below the workspace with its text. */
function files(): [name: string, text: string][] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile() || entry.name === "logs.jsonl") return [];
    const path = join(entry.parentPath, entry.name);
    return [[relative(root, path), readFileSync(path, "utf8")] as [string, string]];
  });
}

type Run = { readonly child: ChildProcess; readonly ended: Promise<Ended> };
type Ended = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
};

function startStage(name: string, flags: readonly string[]): Run {
  const child = spawn(process.execPath, ["--import", "tsx", `scripts/${name}.ts`, ...flags], {
    env: { ...process.env, SOAK_KEY: KEY },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<Ended>((done, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => done({ code, signal, stderr }));
  });
  return { child, ended };
}
