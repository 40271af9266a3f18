/** stage:king over a batch API with every known fault, killed at drawn moments until enough kills landed. */
import { readdirSync, existsSync, mkdtempSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRng } from "../../src/core/random.ts";
import { startBatchServer, type BatchServer, type CreateFault } from "./batch-server.ts";
import { promptsOf } from "./king-world.ts";
import { spawnScript, type Ran } from "./scripts.ts";

export type KillsOptions = { readonly kills: number; readonly seed: number };

export type Kills = {
  /** SIGKILLs that ended a process. */
  kills: number;
  /** Workspaces that were brought to their end. */
  rounds: number;
  turns: number;
  twice: number;
  refused: number;
  posts: number;
  batches: number;
  /** POSTs that made a batch and said something else. */
  unclear: number;
  /** Lines that the server carried out. */
  paid: number;
  paidTwice: number;
  answered: number;
};

const TURNS = 12;
/** A workspace is done when a run says so; as many starts as this are a promise broken. */
const MOST_STARTS = 80;

export async function killed({ kills, seed }: KillsOptions): Promise<Kills> {
  const sum: Kills = {
    kills: 0,
    rounds: 0,
    turns: 0,
    twice: 0,
    refused: 0,
    posts: 0,
    batches: 0,
    unclear: 0,
    paid: 0,
    paidTwice: 0,
    answered: 0,
  };
  while (sum.kills < kills) await oneWorkspace(sum, kills, seed);
  return sum;
}

// ---------------------------------------------------------------------------------------------

const CREATES: readonly (CreateFault | null)[] = [
  null,
  "500_booked",
  "cut_booked",
  null,
  "429_booked",
  "rubbish_booked",
  "500",
];

async function oneWorkspace(sum: Kills, kills: number, seed: number): Promise<void> {
  const rng = seededRng(seed, `kills ${sum.rounds}`);
  const drawn = <T>(list: readonly T[]): T => list[Math.floor(rng() * list.length)] as T;
  const server = await startBatchServer({
    latencyMs: 15,
    polls: 1,
    lies: true,
    create: () => drawn(CREATES),
    end: (n) => (n % 3 === 0 ? "expired" : "completed"),
    // Most lines are answered, so that a few batches are the end of it.
    line: () => {
      const at = rng();
      return at < 0.7 ? "ok" : at < 0.8 ? "error" : at < 0.9 ? "expired" : "lost";
    },
  });
  const root = mkdtempSync(join(tmpdir(), "kingmaker-batch-kills-"));
  try {
    writeProject(root, server);
    await untilDone(root, { sum, kills, rng });
    sum.rounds++;
    sum.turns += TURNS;
    sum.posts += server.stats.creates;
    sum.batches += server.batches.length;
    sum.unclear += server.stats.unclear;
    const paid = [...server.paid.values()];
    sum.paid += paid.reduce((all, times) => all + times, 0);
    sum.paidTwice += paid.filter((times) => times > 1).length;
    sum.answered += readdirSync(join(root, "answer")).filter((name) =>
      name.endsWith(".json"),
    ).length;
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function writeProject(root: string, { url }: BatchServer): void {
  mkdirSync(join(root, "prompt"));
  writeFileSync(join(root, "prompt/prompts_1_001.json"), JSON.stringify(promptsOf(TURNS)));
  writeFileSync(
    join(root, "chain.toml"),
    `[provider.p]\nbase_url = "${url}"\n[king]\nprovider = "p"\nmodel = "m"\n[engine]\nname = "batch"\nonline_below = 0\nsettle_s = 0\n`,
  );
}

type Killing = { readonly sum: Kills; readonly kills: number; readonly rng: () => number };

async function untilDone(root: string, { sum, kills, rng }: Killing): Promise<void> {
  const args = ["--root", root, "--yes"];
  let span = 1500;
  for (let start = 0; start < MOST_STARTS; start++) {
    const isLast = sum.kills >= kills || rng() < 0.12;
    const began = performance.now();
    const first = spawnScript("king", args, {});
    const second = rng() < 0.1 ? spawnScript("king", args, {}) : null;
    if (second !== null) sum.twice++;
    if (!isLast) {
      // From the first word it is at work: most of a start is no danger to anything.
      while (!existsSync(join(root, ".lock")) && first.child.exitCode === null) await sleep(5);
      await sleep(rng() * span);
      first.child.kill("SIGKILL");
    }
    const ran = await first.ended;
    const other: Ran | null = second === null ? null : await second.ended;
    if (ran.signal === "SIGKILL") sum.kills++;
    if ([ran, other].some((one) => one?.stderr.includes("is already running in") === true))
      sum.refused++;
    if (ran.code === 0) return;
    if (ran.code === 2) span = Math.max(200, Math.min(span, performance.now() - began));
    if (ran.code === 1 && !ran.stderr.includes("is already running in"))
      throw new Error(`king ended with 1: ${ran.stderr}`);
  }
  throw new Error(`king was started ${MOST_STARTS} times and is not done`);
}
