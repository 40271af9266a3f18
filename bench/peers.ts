/**
 * npm run bench:peers [-- --other DIR --rounds 3 --only plain --reply 1500 --share 1]: stage:king beside what one
 * writes oneself (bench/plain-node.mjs: openai, p-limit, append to a file), and stage:king and stage:validate
 * beside another checkout of this program. Whole processes, in turn, on the same prompts and a loopback server
 * (200 ms); CPU seconds (user and system), wall and peak memory. --share 0.25 makes every job a quarter as long.
 * Beside the plain script both are started by `node`, beside the other checkout both by `npm run`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { LATENCY_MS, startServer, writePrompts, type Server } from "./chat-jobs.ts";
import { makeWorkspace } from "./scale-workspace.ts";
import { timed, type Timed } from "./timed.ts";

const { values } = parseArgs({
  options: {
    other: { type: "string" },
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    reply: { type: "string", default: "1500" },
    prompt: { type: "string", default: "30000" },
    share: { type: "string", default: "1" },
  },
});

type Job = {
  readonly concurrency: number;
  /** Answers wanted, or turns to be judged. */
  readonly count: number;
};
/** One way to do a job: it writes what it reads, is started, and says how it was. */
type Side = { readonly name: string; run(job: Job): Promise<Timed & { readonly calls: number }> };

const OURS = process.cwd();
const OTHER = values.other === undefined ? null : resolve(values.other);
const REPLY_CHARS = Number(values.reply);
const PROMPT_CHARS = Number(values.prompt);
const VERDICT = `{"correctness": 1, "grounding": 0, "progress": 2, "protocol": 0, "efficiency": 1, "reason": "The first one runs the failing test."}`;

const besidePlain = [king("stage:king", OURS, "node"), plain()];
const besideOther = (side: (name: string, home: string, by: "npm") => Side): Side[] => [
  side("this build", OURS, "npm"),
  ...(OTHER === null ? [] : [side("the other", OTHER, "npm")]),
];
const ROWS: readonly {
  readonly name: string;
  readonly sides: readonly Side[];
  readonly jobs: readonly Job[];
}[] = [
  {
    name: "beside plain Node",
    sides: besidePlain,
    jobs: [
      { concurrency: 64, count: 1280 },
      { concurrency: 256, count: 2560 },
    ],
  },
  {
    name: "memory beside plain Node",
    sides: besidePlain,
    jobs: [320, 1280, 5120].map((count) => ({ concurrency: 64, count })),
  },
  { name: "king", sides: besideOther(king), jobs: [{ concurrency: 256, count: 5120 }] },
  { name: "validate", sides: besideOther(validate), jobs: [{ concurrency: 256, count: 2000 }] },
];

for (const { name, sides, jobs } of ROWS.filter((row) => row.name.includes(values.only))) {
  for (const whole of jobs) {
    const job = { ...whole, count: Math.round(whole.count * Number(values.share)) };
    console.log(`${name}: C = ${job.concurrency}, N = ${job.count}`);
    for (let round = 0; round < Number(values.rounds); round++) await inTurn(sides, job);
  }
}

// ---------------------------------------------------------------------------------------------

async function inTurn(sides: readonly Side[], job: Job): Promise<void> {
  const runs: Timed[] = [];
  for (const side of sides) {
    const ran = await side.run(job);
    runs.push(ran);
    const idealMs = (ran.calls * LATENCY_MS) / job.concurrency;
    console.log(
      `  ${side.name.padEnd(11)} ${ran.cpuS.toFixed(2)} CPU s, ${(ran.cpuS / (ran.calls / 1000)).toFixed(2)} a thousand calls, wall ${(ran.wallMs / 1000).toFixed(2)} s = ${(ran.wallMs / idealMs).toFixed(2)} x ideal, ${ran.rssMb.toFixed(0)} MB`,
    );
  }
  const [mine, theirs] = runs;
  if (mine === undefined || theirs === undefined) return;
  const ratio = (of: (ran: Timed) => number): string => (of(mine) / of(theirs)).toFixed(2);
  console.log(
    `  ratio       CPU ${ratio(({ cpuS }) => cpuS)}, wall ${ratio(({ wallMs }) => wallMs)}, memory ${ratio(({ rssMb }) => rssMb)}`,
  );
}

function king(name: string, home: string, by: "node" | "npm"): Side {
  return {
    name,
    run: (job) =>
      onPrompts(job, (root) => started({ home, by, command: "king", root, want: job.count })),
  };
}

function plain(): Side {
  return {
    name: "plain Node",
    run: (job) =>
      onPrompts(job, async (root, { url }) => {
        const args = ["bench/plain-node.mjs", root, url, String(job.concurrency)];
        const ran = await timed(process.execPath, args);
        if (ran.code !== 0) throw new Error(`the plain script ended with ${ran.code}`);
        return ran;
      }),
  };
}

function validate(name: string, home: string, by: "node" | "npm"): Side {
  return {
    name,
    run: ({ concurrency, count }) =>
      inFolder(async (root) => {
        const server = await startServer({ reply: VERDICT, replyChars: 0 });
        try {
          const own = { url: server.url, concurrency };
          makeWorkspace(root, { turns: count, chars: PROMPT_CHARS, judged: false, server: own });
          const ran = await started({ home, by, command: "validate", root, want: count });
          return { ...ran, calls: await server.requests() };
        } finally {
          server.stop();
        }
      }),
  };
}

/** A workspace with prompts and a provider that answers each. */
async function onPrompts(
  { concurrency, count }: Job,
  run: (root: string, server: Server) => Promise<Timed>,
): Promise<Timed & { calls: number }> {
  return inFolder(async (root) => {
    const server = await startServer({ replyChars: REPLY_CHARS });
    try {
      writePrompts(root, count, PROMPT_CHARS);
      writeFileSync(
        join(root, "chain.toml"),
        `[provider.loop]\nbase_url = "${server.url}"\nmax_concurrency = ${concurrency}\n[king]\nprovider = "loop"\n`,
      );
      const ran = await run(root, server);
      const calls = await server.requests();
      if (calls !== count) throw new Error(`${calls} calls for ${count} prompts`);
      return { ...ran, calls };
    } finally {
      server.stop();
    }
  });
}

/** @throws Error where the stage kept less than was wanted */
async function started({
  home,
  by,
  command,
  root,
  want,
}: {
  readonly home: string;
  readonly by: "node" | "npm";
  readonly command: string;
  readonly root: string;
  readonly want: number;
}): Promise<Timed> {
  const flags = ["--root", root, "--yes", "--json"];
  const [program, args] =
    by === "npm"
      ? ["npm", ["--prefix", home, "run", "-s", `stage:${command}`, "--", ...flags]]
      : [process.execPath, ["kingmaker.cjs", command, ...flags]];
  const ran = await timed(program, args);
  const { kept } = JSON.parse(ran.out) as { readonly kept: number };
  if (ran.code === 0 && kept === want) return ran;
  throw new Error(`${command} ended with ${ran.code} and kept ${kept} of ${want}`);
}

async function inFolder<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "kingmaker-peers-"));
  try {
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
