/**
 * What soaked stages talk to, on the loopback: a model server of which 15 % of the answers are faults, a Hub to
 * draw from, a Hub to publish to; and a workspace for every stage, as it is after the stages before it.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeRepairLogs } from "../../../bench/repair-logs.ts";
import { seededRng } from "../../../src/core/random.ts";
import { startHub, type Hub } from "../hub.ts";
import { hubSets, PULLS, TRAJECTORIES } from "../hub-sets.ts";
import { startUploadHub, type UploadHub } from "../hub-upload.ts";
import { faultPlan, startLlmServer, type ChatBody, type LlmServer } from "../llm-server.ts";
import { start } from "./processes.ts";

export const CONCURRENCY = 8;
export const KEY = "soak-key-0123456789";
/** What the server says that an answer came to. */
export const USAGE = { prompt_tokens: 1000, completion_tokens: 100 };
const FAULTS = {
  "429": 0.04,
  "500": 0.04,
  reset_before: 0.02,
  reset_body: 0.02,
  cut_json: 0.02,
  html: 0.01,
};

export type World = {
  readonly llm: LlmServer;
  readonly hub: Hub;
  readonly uploads: UploadHub;
  readonly env: Readonly<Record<string, string>>;
  /** A fresh copy of the workspace that a stage finds. */
  copy(before: Before, to: string): void;
  close(): Promise<void>;
};

export type Before =
  "hub" | "drawing" | "king" | "challenger" | "validate" | "report" | "judged" | "exported";

export async function openWorld(seed: number, logRows: number): Promise<World> {
  const llm = await startLlmServer({
    latencyMs: 40,
    fault: faultPlan(seed, FAULTS),
    usage: USAGE,
    answer: answerOf,
  });
  const hub = await startHub(await hubSets({ pages: true, files: [100, 60] }), {
    delayMs: 5,
    fault: (_request, n) => (seededRng(seed, `hub ${n}`)() < 0.15 ? { status: 503 } : null),
  });
  const uploads = await startUploadHub({ token: "hf_soak" });
  const env = { SOAK_KEY: KEY, HF_TOKEN: "hf_soak", HF_ENDPOINT: uploads.url };
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-soak-base-"));
  await makeBases(folder, llm, hub, { env, logRows });
  return {
    llm,
    hub,
    uploads,
    env,
    copy: (before, to) => cpSync(join(folder, before), to, { recursive: true }),
    async close() {
      rmSync(folder, { recursive: true, force: true });
      uploads.close();
      await Promise.all([llm.close(), hub.close()]);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/**
 * Every answer holds its number, so that files tell which ones are in them: n17n. Who wins follows from the
 * turn alone, a third of them each: the king's answer names its request.
 */
function answerOf({ model, messages }: ChatBody, asked: number): string {
  // Of one length, however many were asked before: lengths of answers are counted.
  const n = String(asked).padStart(7, "0");
  const text = messages.map(({ content }) => content).join("\n");
  const king = /\/tmp\/king-m\/(\d+)\//.exec(text)?.[1];
  if (!text.includes("MODEL 1") || king === undefined) {
    const turn = Array.from(text).reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 9973, 7);
    return `THOUGHT: look.\n\n\`\`\`bash\nls -la /tmp/${model}/${turn}/n${n}n\n\`\`\``;
  }
  const seat = text.lastIndexOf("/tmp/challenger-m/") < text.lastIndexOf("/tmp/king-m/") ? 1 : 2;
  const vote = [seat, 3 - seat, 0][Number(king) % 3];
  return `{"correctness": ${vote}, "grounding": ${vote}, "progress": ${vote}, "protocol": 0, "efficiency": ${vote}, "reason": "n${n}n"}`;
}

async function makeBases(
  folder: string,
  llm: LlmServer,
  hub: Hub,
  { env, logRows }: { readonly env: Record<string, string>; readonly logRows: number },
): Promise<void> {
  const at = (name: Before): string => join(folder, name);
  mkdirSync(at("hub"));
  const keys = { trajectories: TRAJECTORIES, prs: PULLS, viewer_url: hub.viewerUrl, count: 30 };
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  writeFileSync(join(at("hub"), "chain.toml"), `[source]\n${lines.join("")}per_file = 5\n`);
  const root = join(folder, "all");
  mkdirSync(root);
  writeFileSync(join(root, "chain.toml"), chainToml(llm.url));
  writeRepairLogs(join(root, "logs.jsonl"), logRows);
  writeFileSync(join(root, "rows.jsonl"), readFileSync("test/fixtures/real/swebench.jsonl"));
  cpSync(root, at("drawing"), { recursive: true });
  const steps: readonly (readonly [stage: string, then: Before])[] = [
    ["prompt", "king"],
    ["king", "challenger"],
    ["challenger", "validate"],
    ["validate", "report"],
    ["report", "judged"],
    ["export", "exported"],
  ];
  for (const [stage, then] of steps) {
    const more = stage === "export" ? ["--refined", "--format", "openai"] : [];
    const command = [stage, "--root", root, "--yes", ...more];
    const { code, words } = await start({ root, command, env }).ended;
    if (code !== 0) throw new Error(`soak: ${stage} ended with ${code}: ${words}`);
    cpSync(root, at(then), { recursive: true });
  }
}

/** The sample's turns, every role asked at the loopback server. */
function chainToml(url: string): string {
  const sample = resolve("sample");
  const roles = ["king", "challenger"].map(
    (role) => `[${role}]\nprovider = "loop"\nmodel = "${role}-m"\n`,
  );
  return [
    `[source]\ntrajectories = "${sample}/turns.jsonl"\nprs = "${sample}/prs.jsonl"\n`,
    "count = 24\nper_file = 6\nexclude_benchmarks = false\nmax_per_instance = 0\n",
    `[provider.loop]\nbase_url = "${url}"\napi_key_env = "SOAK_KEY"\nmax_concurrency = ${CONCURRENCY}\n`,
    ...roles,
    '[judge]\nprovider = "loop"\nmodels = ["judge-a", "judge-b", "judge-c"]\nthinking_models = []\n',
    // Of the three verdicts one is a draw: it is refined.
    "[bucket]\nfinal_min = 70\ndefeat_max = 30\n",
  ].join("");
}
