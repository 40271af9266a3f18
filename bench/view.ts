/**
 * npm run bench:view: how quick the viewer is with 10,000 turns. Makes the turns from the recorded
 * sample in a temporary folder, starts the viewer, and asks it over loopback.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startViewer } from "../src/viewer/server.ts";
import { workspaceAt } from "../src/viewer/workspaces.ts";

const TURNS = Number(process.argv[2] ?? 10_000);
const REPEATS = 15;
const METRICS = ["correctness", "grounding", "progress", "protocol", "efficiency"];

const root = mkdtempSync(join(tmpdir(), "kingmaker-bench-view-"));
try {
  writeTurns();
  const started = performance.now();
  const viewer = await startViewer({
    workspaces: [workspaceAt(root, {}, {})],
    host: "127.0.0.1",
    port: 0,
    now: () => new Date(),
  });
  console.log(
    `listening, ${viewer.turns} turns read and ${viewer.unread} still to be, after ${Math.round(performance.now() - started)} ms`,
  );
  await measure("first page while it reads", (n) => `?page=${1 + (n % 2)}`);
  await viewer.whole;
  console.log(`all read after ${Math.round(performance.now() - started)} ms`);
  await measure("first page", (n) => `?page=${1 + (n % 2)}`);
  await measure("filter: bucket", (n) => `?bucket=refined&page=${n + 1}`);
  await measure(
    "filter: bucket, style, repository",
    (n) => `?bucket=refined&style=grep&repo=owner%2Frepo-${n}`,
  );
  await measure("search in text: one word", (n) => `?q=setup${n}`);
  await measure("search in text: a word of every turn", (n) => `?q=instance-${n}`);
  await measure("a duel", (n) => `duel/turn_${n + 1}.json`);
  console.log(`memory ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
  await viewer.close();

  async function measure(what: string, path: (n: number) => string): Promise<void> {
    const times: number[] = [];
    for (let n = 0; n < REPEATS; n++) {
      const before = performance.now();
      const response = await fetch(`${viewer.url}${path(n)}`);
      await response.text();
      if (!response.ok) throw new Error(`${what}: ${response.status}`);
      times.push(performance.now() - before);
    }
    times.sort((a, b) => a - b);
    console.log(`${what}: median ${ms(times[Math.floor(REPEATS / 2)])}, worst ${ms(times.at(-1))}`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

function ms(value: number | undefined): string {
  return `${(value ?? 0).toFixed(1)} ms`;
}

/** Real histories and answers over and over, scores spread by rule. */
function writeTurns(): void {
  for (const folder of ["answer", "score"]) mkdirSync(join(root, folder));
  const lines = (name: string): Record<string, unknown>[] =>
    readFileSync(`sample/${name}`, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const turns = lines("turns.jsonl");
  const replies = lines("replies.jsonl");
  const lastOf = (turn: unknown, role: string): string => {
    const found = replies.findLast((reply) => reply["turn_id"] === turn && reply["role"] === role);
    return typeof found?.["raw"] === "string" ? found["raw"] : "";
  };
  const styles = ["grep", "cat", "sed", "python", "git diff", "pytest", "find", "ls"];
  for (let n = 1; n <= TURNS; n++) {
    const turn = turns[n % turns.length] ?? {};
    const file = `turn_${n}.json`;
    const instance_id = `instance-${n}`;
    const repo = `owner/repo-${n % 200}`;
    writeFileSync(
      join(root, "answer", file),
      JSON.stringify({
        instance_id,
        repo,
        turn: n % 10,
        king: lastOf(turn["turn_id"], "king"),
        challenger: `${lastOf(turn["turn_id"], "challenger")}\nsetup${n % 50}`,
        assistant: turn["assistant"],
        messages: turn["messages"],
      }),
    );
    const judges = ["judge-a", "judge-b", "judge-c"].flatMap((model, judge) =>
      ["king_first", "challenger_first"].map((order, at) => ({
        model,
        provider: "offline",
        order,
        attempt: 1,
        metrics: Object.fromEntries(
          METRICS.map((metric, index) => [metric, ((n + judge * 3 + at + index * 7) % 3) / 2]),
        ),
        reason: `reason ${n}`,
        unread: null,
        raw: "{}",
        reasoning: null,
        finish_reason: "stop",
        usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
        cost_usd: 0,
        pair_hash: "p",
        time: "2026-01-01T00:00:00.000Z",
      })),
    );
    const score = (n * 37) % 101;
    writeFileSync(
      join(root, "score", file),
      JSON.stringify({
        file,
        instance_id,
        mode: 2,
        score,
        metrics: Object.fromEntries(METRICS.map((metric) => [metric, score])),
        style: styles[n % styles.length],
        parsed: true,
        pending: 0,
        disqualified: null,
        judges,
        config_hash: "c",
        pair_hash: "p",
      }),
    );
  }
}
