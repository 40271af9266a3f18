/**
 * npm run bench:chat: the model client against a loopback server in its own process (fixed latency
 * 200 ms, prompts of 30 kB, answers of 1.5 kB). Prints wall over ideal (calls sent x latency / C), CPU
 * seconds per 1,000 calls and peak memory, each beside its target; with promptfoo on PATH or in
 * node_modules, the same job there.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { timed } from "./timed.ts";

const LATENCY_MS = 200;
const PROMPT_CHARS = 30_000;
const ANSWER_CHARS = 1500;
/** Prompts in a file of prompt/. */
const PER_FILE = 200;
const TEXT = "All work and no play makes a dull agent, says the log. ".repeat(600);

type Target = { readonly wall: number; readonly cpu?: number; readonly rss?: number };
type Row = {
  readonly name: string;
  readonly concurrency: number;
  readonly calls: number;
  readonly target: Target;
  readonly kind: "client" | "king" | "promptfoo";
  readonly faults?: Readonly<Record<string, number>>;
};

const FAULTS = {
  "429": 0.1,
  "500": 0.03,
  reset_before: 0.02,
  cut_json: 0.01,
  html: 0.01,
  null_content: 0.01,
};

const ROWS: readonly Row[] = [
  {
    name: "client alone, C = 64",
    kind: "client",
    concurrency: 64,
    calls: 6400,
    target: { wall: 1.12, cpu: 0.75, rss: 150 },
  },
  {
    name: "client alone, C = 256",
    kind: "client",
    concurrency: 256,
    calls: 10_240,
    target: { wall: 1.3, cpu: 0.55, rss: 260 },
  },
  {
    name: "client alone, C = 1,024",
    kind: "client",
    concurrency: 1024,
    calls: 10_240,
    target: { wall: 2.6, cpu: 0.5, rss: 460 },
  },
  {
    name: "client alone, C = 64, 18 % faults",
    kind: "client",
    concurrency: 64,
    calls: 6400,
    target: { wall: 1.35 },
    faults: FAULTS,
  },
  {
    name: "stage:king, C = 64, N = 1,280",
    kind: "king",
    concurrency: 64,
    calls: 1280,
    target: { wall: 1.3, cpu: 2.3, rss: 260 },
  },
  {
    name: "stage:king, C = 256, N = 5,120",
    kind: "king",
    concurrency: 256,
    calls: 5120,
    target: { wall: 2.05, cpu: 1.9, rss: 340 },
  },
  {
    name: "stage:king, C = 256, N = 20,480",
    kind: "king",
    concurrency: 256,
    calls: 20_480,
    target: { wall: 1.9, cpu: 1.9, rss: 370 },
  },
];

const ranSchema = z.object({
  calls: z.number(),
  unanswered: z.number(),
  wallMs: z.number(),
  cpuS: z.number(),
  rssMb: z.number(),
});
type Ran = z.infer<typeof ranSchema>;

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const rows = ROWS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)),
);
for (const row of rows) {
  const ran = await measure(row);
  print(row, ran);
}
const promptfoo = wanted.length === 0 || wanted.includes("promptfoo") ? findPromptfoo() : null;
if (promptfoo !== null) await beside(promptfoo);
else process.stdout.write("promptfoo is not on PATH and not in node_modules: not run beside it\n");

// ---------------------------------------------------------------------------------------------

async function measure(row: Row): Promise<Ran> {
  const server = await startServer(row);
  try {
    return row.kind === "client" ? await runClient(row, server.url) : await runKing(row, server);
  } finally {
    server.stop();
  }
}

type Server = { readonly url: string; stop(): void; requests(): Promise<number> };

async function startServer({ faults }: Row): Promise<Server> {
  const settings = { latencyMs: LATENCY_MS, blind: true, answerChars: ANSWER_CHARS, seed: 3 };
  const options = JSON.stringify(faults === undefined ? settings : { ...settings, faults });
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "test/support/llm-server.ts", options],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the server did not start")));
    child.stdout.once("data", (data: Buffer) => resolve(data.toString()));
  });
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
  return {
    url,
    stop: () => child.stdin.end(),
    async requests() {
      const answer = await fetch(url.replace(/v1$/, "stats"));
      return z.object({ requests: z.number() }).parse(await answer.json()).requests;
    },
  };
}

async function runClient(row: Row, url: string): Promise<Ran> {
  const { calls, concurrency } = row;
  const job = JSON.stringify({ url, calls, concurrency });
  const args = ["--import", "tsx", "bench/chat-client.ts", job];
  const { code, out } = await timed(process.execPath, args);
  if (code !== 0) throw new Error(`the client ended with ${code}`);
  return ranSchema.parse(JSON.parse(out));
}

/** The whole stage in its own process, start-up included. */
async function runKing({ calls, concurrency }: Row, server: Server): Promise<Ran> {
  const root = mkdtempSync(join(tmpdir(), "kingmaker-bench-"));
  try {
    writePrompts(root, calls);
    writeFileSync(
      join(root, "chain.toml"),
      `[provider.loop]\nbase_url = "${server.url}"\nmax_concurrency = ${concurrency}\n[king]\nprovider = "loop"\n`,
    );
    const args = ["--import", "tsx", "scripts/king.ts", "--root", root, "--yes", "--json"];
    const { code, out, ...used } = await timed(process.execPath, args);
    if (code !== 0) throw new Error(`stage:king ended with ${code}`);
    const { kept, pending } = z
      .object({ kept: z.number(), pending: z.number() })
      .parse(JSON.parse(out));
    if (kept !== calls) throw new Error(`stage:king kept ${kept} of ${calls}`);
    return { calls: await server.requests(), unanswered: pending, ...used };
  } finally {
    rmSync(root, { recursive: true });
  }
}

function writePrompts(root: string, count: number): void {
  mkdirSync(join(root, "prompt"));
  for (let file = 0; file * PER_FILE < count; file++) {
    const size = Math.min(PER_FILE, count - file * PER_FILE);
    const prompts = Array.from({ length: size }, (_, i) => ({
      instance_id: `bench-${file}-${i}`,
      repo: "bench/bench",
      turn: 1,
      messages: [
        { role: "system", content: "Answer with a THOUGHT and one ```bash block." },
        { role: "user", content: `turn ${file}/${i} ${TEXT}`.slice(0, PROMPT_CHARS) },
      ],
      assistant: "THOUGHT: none.\n\n```bash\nls\n```",
      origin: { dataset: null, revision: null, file: null, row: null },
    }));
    const name = `prompts_${count}_${String(file + 1).padStart(3, "0")}.json`;
    writeFileSync(join(root, "prompt", name), JSON.stringify(prompts));
  }
}

function print(row: Row, ran: Ran): void {
  const { target, concurrency } = row;
  const idealMs = (ran.calls * LATENCY_MS) / concurrency;
  const perThousand = ran.cpuS / (ran.calls / 1000);
  const parts = [
    `wall/ideal ${against(ran.wallMs / idealMs, target.wall)} (${(ran.wallMs / 1000).toFixed(1)} s of ${(idealMs / 1000).toFixed(1)} s)`,
    `CPU s/1,000 calls ${against(perThousand, target.cpu)}`,
    `peak RSS MB ${against(ran.rssMb, target.rss)}`,
    `${ran.calls} calls, ${ran.unanswered} items unanswered`,
  ];
  process.stdout.write(`${row.name}\n  ${parts.join("\n  ")}\n`);
}

function against(value: number, target: number | undefined): string {
  const shown = value >= 10 ? value.toFixed(0) : value.toFixed(2);
  if (target === undefined) return shown;
  return `${shown} (target ${target}: ${value <= target ? "met" : "missed"})`;
}

function findPromptfoo(): string | null {
  const folders = [join("node_modules", ".bin"), ...(process.env["PATH"] ?? "").split(delimiter)];
  return (
    folders.map((folder) => join(folder, "promptfoo")).find((path) => existsSync(path)) ?? null
  );
}

/**
 * promptfoo and stage:king on the same job, one after the other: 1,280 prompts, 64 in flight. As it
 * comes promptfoo writes its results to its database, as stage:king writes its answers; with --no-write
 * it keeps nothing.
 */
async function beside(program: string): Promise<void> {
  const row: Row = {
    name: "beside promptfoo, C = 64, N = 1,280",
    kind: "king",
    concurrency: 64,
    calls: 1280,
    target: { wall: 1.3 },
  };
  const king = await measure(row);
  for (const flags of [[], ["--no-write"]]) {
    const other = await runPromptfoo(program, row, flags);
    const share = (of: (ran: Ran) => number, target: number): string =>
      against(of(king) / of(other), target);
    const parts = [
      `wall ${share(({ wallMs }) => wallMs, 0.35)} of its ${(other.wallMs / 1000).toFixed(1)} s`,
      `CPU ${share(({ cpuS }) => cpuS, 0.3)} of its ${other.cpuS.toFixed(1)} s`,
      `peak RSS ${share(({ rssMb }) => rssMb, 0.25)} of its ${other.rssMb.toFixed(0)} MB`,
      `promptfoo made ${other.calls} calls, stage:king ${king.calls}`,
    ];
    process.stdout.write(`${[row.name, ...flags].join(", ")}\n  ${parts.join("\n  ")}\n`);
  }
}

async function runPromptfoo(program: string, row: Row, flags: readonly string[]): Promise<Ran> {
  const server = await startServer(row);
  const root = mkdtempSync(join(tmpdir(), "kingmaker-promptfoo-"));
  try {
    const config = join(root, "promptfooconfig.json");
    const tests = Array.from({ length: row.calls }, (_, i) => ({
      vars: { text: `turn ${i} ${TEXT}`.slice(0, PROMPT_CHARS) },
    }));
    writeFileSync(
      config,
      JSON.stringify({
        prompts: ["{{text}}"],
        providers: [
          { id: "openai:chat:bench", config: { apiBaseUrl: server.url, apiKey: "none" } },
        ],
        tests,
      }),
    );
    const { code, ...used } = await timed(
      program,
      [
        "eval",
        "-c",
        config,
        "-j",
        String(row.concurrency),
        "--no-cache",
        "--no-table",
        "--no-progress-bar",
        ...flags,
      ],
      {
        PROMPTFOO_DISABLE_TELEMETRY: "1",
        PROMPTFOO_DISABLE_UPDATE: "1",
        PROMPTFOO_CONFIG_DIR: root,
      },
    );
    const calls = await server.requests();
    // 0.121.20 on Node 20 may crash in its logger when all is done: what it sent is what counts.
    if (calls < row.calls) throw new Error(`promptfoo ended with ${code} after ${calls} calls`);
    return { calls, unanswered: 0, ...used };
  } finally {
    server.stop();
    rmSync(root, { recursive: true });
  }
}
