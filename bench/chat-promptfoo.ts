/** stage:king beside promptfoo, where it is found, on the same prompts and server. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { against } from "./chat-figures.ts";
import { PROMPT_CHARS, TEXT } from "./chat-calls.ts";
import { measure, startServer, type Ran, type Row } from "./chat-jobs.ts";
import { timed } from "./timed.ts";

export function findPromptfoo(): string | null {
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
export async function beside(program: string): Promise<void> {
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
