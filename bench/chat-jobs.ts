/**
 * The jobs of bench:chat: the client alone or stage:king, each in a process of its own, against a loopback
 * server in another.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { PROMPT_CHARS, TEXT } from "./chat-calls.ts";
import { timed } from "./timed.ts";

export const LATENCY_MS = 200;
const ANSWER_CHARS = 1500;
/** Prompts in a file of prompt/. */
const PER_FILE = 200;

type Target = { readonly wall?: number; readonly cpu?: number; readonly rss?: number };
export type Row = {
  readonly name: string;
  readonly concurrency: number;
  readonly calls: number;
  readonly target: Target;
  /**
   * "bare": the openai client alone, "fetch" and "http": Node alone, for what a reply of this form costs at
   * least with them.
   */
  readonly kind: "client" | "bare" | "fetch" | "http" | "king" | "promptfoo";
  readonly faults?: Readonly<Record<string, number>>;
  /** Replies are streamed in so many events, each in a write of its own, spread over the latency. */
  readonly events?: number;
  /** Replies of so many characters. @default 1500 */
  readonly replyChars?: number;
  /** What is replied. @default a thought and one command */
  readonly reply?: string;
};

const ranSchema = z.object({
  calls: z.number(),
  unanswered: z.number(),
  wallMs: z.number(),
  cpuS: z.number(),
  rssMb: z.number(),
});
export type Ran = z.infer<typeof ranSchema>;

export async function measure(row: Row): Promise<Ran> {
  const server = await startServer(row);
  try {
    return row.kind === "king" ? await runKing(row, server) : await runClient(row, server.url);
  } finally {
    server.stop();
  }
}

export type Server = { readonly url: string; stop(): void; requests(): Promise<number> };

export async function startServer({
  faults,
  events = 0,
  replyChars = ANSWER_CHARS,
  reply,
}: Pick<Row, "faults" | "events" | "replyChars" | "reply">): Promise<Server> {
  const answers = { blind: true, answerChars: replyChars, blindAnswer: reply, events };
  const settings = { latencyMs: LATENCY_MS, seed: 3, ...answers };
  const options = JSON.stringify(faults === undefined ? settings : { ...settings, faults });
  const child = spawn(process.execPath, ["kingmaker.cjs", "bench/chat-server", options], {
    stdio: ["pipe", "pipe", "inherit"],
  });
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
  const { calls, concurrency, events } = row;
  const plain = row.kind === "fetch" || row.kind === "http" ? { by: row.kind } : {};
  const job = JSON.stringify({ url, calls, concurrency, stream: events !== undefined, ...plain });
  const script = `bench/chat-${"by" in plain ? "plain" : row.kind}`;
  const args = ["kingmaker.cjs", script, job];
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
    const args = ["kingmaker.cjs", "king", "--root", root, "--yes", "--json"];
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

/** @param chars of a prompt's history */
export function writePrompts(root: string, count: number, chars = PROMPT_CHARS): void {
  mkdirSync(join(root, "prompt"));
  for (let file = 0; file * PER_FILE < count; file++) {
    const size = Math.min(PER_FILE, count - file * PER_FILE);
    const prompts = Array.from({ length: size }, (_, i) => ({
      instance_id: `bench-${file}-${i}`,
      repo: "bench/bench",
      turn: 1,
      messages: [
        { role: "system", content: "Answer with a THOUGHT and one ```bash block." },
        { role: "user", content: `turn ${file}/${i} ${TEXT}`.slice(0, chars) },
      ],
      assistant: "THOUGHT: none.\n\n```bash\nls\n```",
      origin: { dataset: null, revision: null, file: null, row: null },
    }));
    const name = `prompts_${count}_${String(file + 1).padStart(3, "0")}.json`;
    writeFileSync(join(root, "prompt", name), JSON.stringify(prompts));
  }
}
