/**
 * worth killed amid training, amid an evaluation and amid the duel outside the panel: what was trained is not
 * trained again, and judges are asked again for what was in flight alone.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { WORTH, worthSchema } from "../../src/records/worth.ts";
import { startLlmServer, type ChatBody, type LlmServer } from "../support/llm-server.ts";
import { cleanEnv } from "../support/scripts.ts";
import { SAME, holdingTrainer, wishFor } from "../support/worth-trainer.ts";
import { WORTH_TOML, worthWorkspace } from "../support/worth-workspace.ts";

const SCRIPT = fileURLToPath(new URL("../support/worth-process.ts", import.meta.url));
const IN_FLIGHT = 2;
const JUDGES = ["out-a", "out-b"];

type Trainer = ReturnType<typeof holdingTrainer>;
type World = { readonly root: string; readonly fake: Trainer; readonly server: LlmServer };

async function world(): Promise<World> {
  const server = await startLlmServer({ latencyMs: 15, answer: () => VERDICT });
  onTestFinished(() => server.close());
  const root = await worthWorkspace();
  const own = WORTH_TOML.replace("[judge]", '[judge]\nprovider = "loop"');
  const outside = `[worth]\njudges = ${JSON.stringify(JUDGES)}\n[provider.loop]\nbase_url = "${server.url}"\n`;
  writeFileSync(join(root, "chain.toml"), `${own}${outside}`);
  return { root, fake: holdingTrainer(SAME), server };
}

test("worth killed at its worst moments trains nothing twice, and judges nothing twice but what was in flight", async () => {
  const { root, fake, server } = await world();
  const moments: [string, number | null, () => boolean][] = [
    ["amid training", 2, () => trained(root).size >= 2],
    ["amid evaluations", 3, () => evaluated(root).size >= 3],
    ["amid the duel", null, () => server.stats.requests >= 40],
  ];
  const before: ReadonlyMap<string, number>[] = [];
  for (const [moment, job, has] of moments) {
    fake.holdAt(job);
    const { child, ended } = start(root, fake);
    while (!has() && child.exitCode === null) await sleep(3);
    child.kill("SIGKILL");
    const { signal, stderr } = await ended;
    expect(signal, `${moment}: ${stderr}`).toBe("SIGKILL");
    expect(existsSync(join(root, WORTH)), moment).toBe(false);
    before.push(new Map([...trained(root), ...evaluated(root)]));
  }
  expect(before.map(({ size }) => size)).toEqual([2, 4 + 3, 4 + 8]);
  const done = await start(root, fake).ended;
  expect(done.code, done.stderr).toBe(0);

  // Every checkpoint and every evaluation that was whole at a kill is the same file still.
  const last = new Map([...trained(root), ...evaluated(root)]);
  expect(trained(root).size).toBe(4);
  expect(evaluated(root).size).toBe(8);
  for (const files of before) {
    for (const [path, inode] of files) expect(last.get(path), path).toBe(inode);
  }

  const told = worthSchema.parse(JSON.parse(readFileSync(join(root, WORTH), "utf8")));
  expect(told.duel).toMatchObject({ judges: JUDGES, unread: 0 });
  const calls = new Map<string, number>();
  for (const { body } of server.seen) calls.set(keyOf(body), (calls.get(keyOf(body)) ?? 0) + 1);
  // Two judges, both orders, every answer; each call once, and those that the kill found in flight or on their
  // way to the disk once more.
  expect(calls.size).toBe(2 * 2 * (told.duel?.answers ?? 0));
  expect(server.stats.requests - calls.size).toBeLessThanOrEqual(2 * IN_FLIGHT);

  const [asked, ran] = [server.stats.requests, fake.asked().length];
  const page = readFileSync(join(root, "evaluation/worth/report.md"), "utf8");
  expect(await start(root, fake).ended).toMatchObject({ code: 0 });
  expect([server.stats.requests, fake.asked().length]).toEqual([asked, ran]);
  expect(readFileSync(join(root, "evaluation/worth/report.md"), "utf8")).toBe(page);
}, 600_000);

// ---------------------------------------------------------------------------------------------

const METRICS = ["correctness", "grounding", "progress", "protocol", "efficiency"];
const VERDICT = JSON.stringify({
  ...Object.fromEntries(METRICS.map((name) => [name, 1])),
  reason: "so",
});

const keyOf = ({ model, messages }: ChatBody): string => JSON.stringify([model, messages]);

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Ended = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
};

function start(root: string, { python }: Trainer): { child: ChildProcess; ended: Promise<Ended> } {
  const wish = {
    ...wishFor(root),
    root,
    json: true,
    concurrency: IN_FLIGHT,
    arms: ["winner", "king"],
    seeds: 2,
    outcomes: ["duel"],
  };
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, JSON.stringify(wish), python], {
    env: cleanEnv(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stderr }));
  });
  return { child, ended };
}

/** Path -> inode of `file` in every folder that has one: a file that is written anew has another. */
function inodes(root: string, folder: string, file: string): Map<string, number> {
  const at = join(root, folder);
  const names = existsSync(at) ? readdirSync(at) : [];
  const paths = names.map((name) => join(at, name, file)).filter((path) => existsSync(path));
  return new Map(paths.map((path) => [path, statSync(path).ino]));
}

const trained = (root: string): Map<string, number> =>
  inodes(root, "artifacts/checkpoints", "train.json");

const evaluated = (root: string): Map<string, number> => inodes(root, "evaluation", "done.txt");
