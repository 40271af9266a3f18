/**
 * One round of a soak: a fresh workspace, a stage that is killed some times, amid all that can go wrong beside
 * it, then run to its end; and what has to hold afterwards, counted.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomIndex, seededRng, type Rng } from "../../../src/core/random.ts";
import {
  cleanOf,
  differing,
  filedMarks,
  filesOf,
  leftBehind,
  readBooked,
  tornFiles,
  type Booked,
  type Clean,
  type Files,
} from "./count.ts";
import type { Disk } from "./disk.ts";
import { disturb, killsOf, NO_TROUBLE, type Trouble } from "./kill.ts";
import { start, type Ended } from "./processes.ts";
import { answerFiles, tomlWith, type SoakedStage } from "./stages.ts";
import { KEY, USAGE, type World } from "./world.ts";

export type Round = Trouble & {
  readonly stage: string;
  readonly node: string;
  readonly runs: number;
  readonly underBudget: number;
  readonly requests: number;
  readonly delivered: number;
  readonly filed: number;
  /** Calls whose outcome nobody saw. */
  readonly open: number;
  /** Promises that were broken, in words; none: []. */
  readonly broken: readonly string[];
};

export type RoundOptions = {
  readonly world: World;
  readonly disk: Disk;
  readonly stage: SoakedStage;
  readonly seed: number;
  /** Starts that are disturbed, at most. */
  readonly tries: number;
  /** Kills after which it is run to its end. @default as many as there are starts */
  readonly kills?: number;
  /** It is run once more when it is done, and asks nothing. @default true */
  readonly again?: boolean;
  readonly clean: Clean | null;
};

/** Two runs that nobody disturbs: what they leave, and how often they touch the disk. */
export async function cleanRuns(world: World, disk: Disk, stage: SoakedStage): Promise<Clean> {
  const root = join(disk.folder, "work");
  const countFile = join(disk.folder, "steps");
  const runs: Files[] = [];
  for (const _ of [1, 2]) {
    begin(world, stage, root);
    for (let run = 0; run < 5; run++) {
      if (stage.asks === "by file") answerFiles(root, 1);
      const ended = await start({ ...callOf(world, stage, root), countFile }).ended;
      if (ended.code === 0) break;
      if (run === 4) throw new Error(`soak: ${stage.name} did not end by itself: ${ended.words}`);
    }
    runs.push(filesOf(root));
    rmSync(root, { recursive: true });
  }
  const steps = Number(readFileSync(countFile, "utf8"));
  return cleanOf(runs[0] ?? new Map(), runs[1] ?? new Map(), steps);
}

export async function soakRound(options: RoundOptions): Promise<Round> {
  const { world, disk, stage, seed, tries, clean } = options;
  const rng = seededRng(seed, `round ${stage.name}`);
  const root = join(disk.folder, "work");
  begin(world, stage, root);
  const toml = join(root, "chain.toml");
  const unlimited = readFileSync(toml, "utf8");
  const before = { ...readBooked(root), ...served(world), files: filesOf(root) };
  const budget = stage.asks === "here" && rng() < 0.3 ? before.tokens + 150_000 : null;
  if (budget !== null)
    writeFileSync(
      toml,
      `${unlimited}[budget]
max_tokens = ${budget}
`,
    );
  const broken: string[] = [];
  const trouble: Trouble = { ...NO_TROUBLE };
  let torn = 0;
  let runs = 0;
  for (; runs < tries && killsOf(trouble) < (options.kills ?? Infinity); runs++) {
    if (stage.asks === "by file") answerFiles(root, seed);
    const ended = await disturb({
      ...options,
      rng,
      root,
      trouble,
      call: callOf(world, stage, root),
    });
    if (ended !== null) broken.push(...wordsOf(ended));
    const files = filesOf(root);
    torn += tornFiles(files).length;
    for (const name of tornFiles(files)) broken.push(`${name} is torn`);
    if (budget !== null) broken.push(...overBudget(world, before, budget));
    if (ended?.code === 0) break;
    if (rng() < 0.15) trouble.tails += tearTails(root, rng);
  }
  writeFileSync(toml, unlimited);
  const last = await untilDone(options, root);
  broken.push(...last);
  await settle(world);
  const after = served(world);
  const files = filesOf(root);
  const booked = readBooked(root);
  const count = {
    requests: after.requests - before.requests,
    delivered:
      stage.asks === "by file" ? answerFiles(root, seed) : after.delivered - before.delivered,
    filed: [...filedMarks(files)].filter((mark) => !filedMarks(before.files).has(mark)).length,
    open: booked.open - before.open,
  };
  if (torn === 0) broken.push(...differing(files, clean).map((name) => `${name} has other bytes`));
  broken.push(...leftBehind(files, clean).map((name) => `${name} is left behind`));
  if (stage.asks === "here") broken.push(...wrongCounts(count, before, booked));
  if (stage.asks === "by file") broken.push(...wrongFileCounts(root, count, before, booked));
  for (const [name, bytes] of files) if (bytes.includes(KEY)) broken.push(`${name} holds the key`);
  if (stage.asks === "nobody" && count.requests > 0) broken.push("models were asked");
  if (stage.asks !== "nobody" && options.again !== false) {
    const again = await start(callOf(world, stage, root)).ended;
    const more = served(world).requests - after.requests;
    if (again.code !== 0 || more > 0) broken.push(`run again: ends ${again.code}, asks ${more}`);
  }
  rmSync(root, { recursive: true });
  const underBudget = budget === null ? 0 : 1;
  return {
    stage: stage.name,
    node: process.version,
    runs,
    underBudget,
    ...trouble,
    ...count,
    broken,
  };
}

// ---------------------------------------------------------------------------------------------

function begin(world: World, stage: SoakedStage, root: string): void {
  rmSync(root, { recursive: true, force: true });
  world.copy(stage.before, root);
  const toml = join(root, "chain.toml");
  writeFileSync(toml, tomlWith(readFileSync(toml, "utf8"), stage));
}

function callOf(
  { env, hub }: World,
  { command, before }: SoakedStage,
  root: string,
): { root: string; command: readonly string[]; env: Record<string, string> } {
  const own = before === "hub" ? { ...env, HF_ENDPOINT: hub.url, HF_TOKEN: "" } : env;
  const words = command.map((word) => word.replace("{root}", root));
  return { root, command: [...words, "--root", root], env: { ...own } };
}

type Served = { readonly requests: number; readonly delivered: number; readonly billed: number };

/** `billed`: answers that a provider bills, those that were cut on their way included. */
function served({ llm: { stats } }: World): Served {
  const of = (outcome: string): number => stats.byOutcome[outcome] ?? 0;
  const billed = of("ok") + of("reset_body") + of("cut_json");
  return { requests: stats.requests, delivered: stats.delivered, billed };
}

/** Answers to processes that are dead go nowhere, but they are on their way for a moment. */
const settle = async ({ llm }: World): Promise<void> => {
  for (let before = -1; before !== llm.stats.delivered;) {
    before = llm.stats.delivered;
    await new Promise((done) => setTimeout(done, 150));
  }
};

/** What an ended run may not say. */
function wordsOf({ words, code }: Ended): string[] {
  const trace = /\n\s+at .+:\d+:\d+/.exec(words);
  return trace === null ? [] : [`ended with ${code} and a trace: ${words.slice(-600)}`];
}

function overBudget(world: World, before: Booked & Served, budget: number): string[] {
  const calls = served(world).billed - before.billed;
  const tokens = before.tokens + calls * (USAGE.prompt_tokens + USAGE.completion_tokens);
  return tokens <= budget ? [] : [`${tokens} tokens billed, ${budget} allowed`];
}

/** Half a line at the end of what is appended to, as a machine that goes down leaves it. */
function tearTails(root: string, rng: Rng): number {
  let count = 0;
  for (const name of ["report/ledger.jsonl", "answer/.replies.jsonl"]) {
    const path = join(root, name);
    if (!existsSync(path) || rng() < 0.5) continue;
    appendFileSync(
      path,
      '{"id":"a-1","event":"outcome","time":"2026-01'.slice(0, 1 + randomIndex(rng, 40)),
    );
    count++;
  }
  return count;
}

/** Faults of the server may leave items to the next run, and results of files come one round at a time. */
async function untilDone({ world, stage, seed }: RoundOptions, root: string): Promise<string[]> {
  let ended: Ended | null = null;
  for (let run = 0; run < 8; run++) {
    if (stage.asks === "by file") answerFiles(root, seed);
    ended = await start(callOf(world, stage, root)).ended;
    if (ended.code === 0) return wordsOf(ended);
  }
  return [`does not end: ${ended?.code}: ${ended?.words.slice(-400)}`];
}

type Count = Pick<Round, "requests" | "delivered" | "filed" | "open">;

/** delivered = filed + repeated, repeated ≤ in flight at kills; ledger = server but for these. */
function wrongCounts(
  { requests, delivered, filed, open }: Count,
  before: Booked,
  booked: Booked,
): string[] {
  const intents = booked.intents - before.intents;
  const ok = booked.ok - before.ok;
  const rules: readonly (readonly [holds: boolean, words: string])[] = [
    [filed <= delivered, `${filed} answers filed, ${delivered} delivered`],
    [
      delivered - filed <= open,
      `${delivered - filed} of ${delivered} answers lost, ${open} in flight at kills`,
    ],
    [intents >= requests, `${requests} requests, ${intents} intents`],
    [intents - requests <= open, `${intents} intents, ${requests} requests, ${open} open`],
    [ok <= delivered, `${ok} calls booked as answered, ${delivered} delivered`],
    [delivered - ok <= open, `${delivered} delivered, ${ok} booked, ${open} open`],
  ];
  return rules.flatMap(([holds, words]) => (holds ? [] : [words]));
}

/** Of request files no line is asked twice once it is answered, and each has its intent. */
function wrongFileCounts(
  root: string,
  { delivered, filed }: Count,
  before: Booked,
  booked: Booked,
): string[] {
  const lines = [...filesOf(join(root, "engine/king"))]
    .filter(([name]) => /^requests-\d+\.jsonl$/.test(name))
    .reduce((sum, [, bytes]) => sum + bytes.toString("utf8").trim().split("\n").length, 0);
  const intents = booked.intents - before.intents;
  const notSent = booked.notSent - before.notSent;
  const rules: readonly (readonly [holds: boolean, words: string])[] = [
    [delivered === filed, `${delivered} answers in results, ${filed} filed`],
    [intents - notSent === lines, `${lines} lines asked, ${intents} intents, ${notSent} not sent`],
  ];
  return rules.flatMap(([holds, words]) => (holds ? [] : [words]));
}
