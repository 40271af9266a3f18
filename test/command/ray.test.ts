import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { runRayJobs, type RayEnd } from "../../src/io/batch/ray-job.ts";
import { openStore } from "../../src/io/store.ts";
import type { StageSummary } from "../../src/work.ts";
import { GOOD, linesOf, runKing as runStageHere } from "../support/batch-king.ts";
import { promptsOf } from "../support/king-world.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile, type Ran } from "../support/scripts.ts";

const COUNT = 6;
const KEY = "sk-ray-0123456789abcdef";

/**
 * A Python that is a Node script: it is called as the driver is, and does with the lines that have no line
 * yet what `act` says, a body of JavaScript with `ids`, `round`, `good(id)`, `write(lines)` and `end(code)`.
 */
function rayProject(act: string, engine = "online_below = 0"): string {
  const root = tempProject({
    "prompt/prompts_1_001.json": promptsOf(COUNT),
    ".env": `P_KEY=${KEY}\n`,
  });
  const python = join(root, "python.cjs");
  writeFileSync(
    python,
    `#!${process.execPath}
const fs = require("node:fs");
const [, , program, requests, results, ...args] = process.argv;
fs.appendFileSync(${JSON.stringify(join(root, "calls.txt"))}, JSON.stringify({ program, args, headers: process.env.RAY_BATCH_HEADERS }) + "\\n");
const round = fs.readFileSync(${JSON.stringify(join(root, "calls.txt"))}, "utf8").trim().split("\\n").length;
const read = (path) => fs.existsSync(path) ? fs.readFileSync(path, "utf8").split("\\n").filter((line) => line !== "").map((line) => JSON.parse(line).custom_id) : [];
const have = new Set(read(results));
const ids = read(requests).filter((id) => !have.has(id));
const write = (lines) => fs.appendFileSync(results, lines.map((line) => JSON.stringify(line) + "\\n").join(""));
const good = (custom_id) => ({ custom_id, response: { status_code: 200, request_id: "r", body: { choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: ${JSON.stringify(GOOD)} } }], usage: { prompt_tokens: 10, completion_tokens: 5 } } }, error: null });
const bad = (custom_id) => ({ custom_id, response: null, error: { code: "no_answer", message: "nobody there" } });
const end = (code) => process.exit(code);
${act}
`,
  );
  chmodSync(python, 0o755);
  writeFileSync(
    join(root, "chain.toml"),
    `[provider.p]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "P_KEY"\nmax_concurrency = 10\n[king]\nprovider = "p"\nmodel = "m"\n[engine]\npython = ${JSON.stringify(python)}\n${engine}\n`,
  );
  return root;
}

/** As a user does: in a process of its own. */
const runKing = (root: string, ...more: string[]): Promise<Ran> =>
  runScriptFile("king", ["--root", root, "--yes", "--engine", "ray", ...more]);

/** The stage and the job apart, in this process; gives how the job ended and what it said. */
async function runJobs(root: string): Promise<{ end: RayEnd; said: string }> {
  const config = { ...loadConfig(root, {}), root };
  const toml = readFileSync(join(root, "chain.toml"), "utf8");
  await stageOf(root, toml);
  const said: string[] = [];
  const note = (line: string): void => void said.push(line);
  const options = {
    config,
    store: openStore(root),
    stage: "king",
    program: "driver.py",
    note,
  } as const;
  const end = await runRayJobs(options);
  return { end, said: said.join("\n") };
}

const stageOf = (root: string, toml: string): Promise<StageSummary> =>
  runStageHere(root, toml.replace("[engine]", '[engine]\nname = "ray"'), {}, { P_KEY: KEY });

const callsOf = (root: string): { args: string[]; headers: string }[] =>
  linesOf(join(root, "calls.txt")) as { args: string[]; headers: string }[];
const answersIn = (root: string): number =>
  readdirSync(join(root, "answer")).filter((name) => name.endsWith(".json")).length;
const filesIn = (root: string): string[] => readdirSync(join(root, "engine/king")).sort();

test("one command does requests, job and results; the key is in the environment alone", async () => {
  const root = rayProject("write(ids.map(good)); end(0);");
  const ran = await runKing(root, "--json");
  expect([ran.code, ran.stderr]).toEqual([
    0,
    expect.stringContaining("6 lines waiting for the Ray job"),
  ]);
  expect(JSON.parse(ran.stdout)).toMatchObject({ kept: COUNT, pending: 0 });
  expect(answersIn(root)).toBe(COUNT);
  expect(filesIn(root)).toEqual(["map-1.jsonl", "requests-1.jsonl", "results-1.jsonl"]);
  const [call] = callsOf(root);
  expect(call?.args.join(" ")).toContain("--base-url http://127.0.0.1:9/v1");
  expect(call?.args.join(" ")).toContain("--actors 2 --in-flight 5 --with-parent");
  expect(call?.args.join(" ")).not.toContain(KEY);
  expect(call?.headers).toContain(`Bearer ${KEY}`);
  expect(ran.stderr).not.toContain(KEY);
});

test("lines that failed are asked in another job, as long as something comes of it", async () => {
  const root = rayProject("write(ids.map((id, at) => at % 2 === 0 ? good(id) : bad(id))); end(0);");
  const ran = await runKing(root);
  expect(ran.stderr).toContain("nobody there");
  // 6, 3, 1 (of two, the first of each is answered), then the last.
  expect([ran.code, answersIn(root)]).toEqual([0, COUNT]);
  expect(callsOf(root)).toHaveLength(3);
});

test("a job that answers nothing is not run again and again", async () => {
  const root = rayProject("write(ids.map(bad)); end(0);");
  const ran = await runKing(root);
  expect(ran.code).toBe(2);
  expect(callsOf(root)).toHaveLength(1);
});

test("a cluster that goes away ends the stage with 2; the next run goes on where it was", async () => {
  const root = rayProject(
    'if (round === 1) { write(ids.slice(0, 2).map(good)); console.error("ray_batch: the cluster went away"); end(2); } write(ids.map(good)); end(0);',
  );
  const first = await runKing(root);
  expect(first.code).toBe(2);
  expect(first.stderr).toContain("ray_batch: the cluster went away");
  expect(first.stdout).toContain(
    "6 items wait for results of requests-1.jsonl in engine/king/; run the same command again to go on",
  );
  // Nothing of a job that has not ended is read: the rest would be asked twice.
  expect(filesIn(root)).toEqual(["map-1.jsonl", "ray-1.jsonl", "requests-1.jsonl"]);
  const second = await runKing(root);
  expect([second.code, answersIn(root)]).toEqual([0, COUNT]);
  expect(linesOf(join(root, "engine/king/results-1.jsonl"))).toHaveLength(COUNT);
});

test("a driver that is killed is gone on with", async () => {
  const root = rayProject(
    "if (round === 1) { write(ids.slice(0, 2).map(good)); process.kill(process.pid, 'SIGKILL'); } write(ids.map(good)); end(0);",
  );
  expect(await runJobs(root)).toMatchObject({ end: "later" });
  expect(await runJobs(root)).toMatchObject({ end: "done" });
  const results = linesOf(join(root, "engine/king/results-1.jsonl"));
  expect(new Set(results.map((line) => JSON.stringify(line))).size).toBe(COUNT);
  expect(results).toHaveLength(COUNT);
  expect(await runJobs(root)).toMatchObject({ end: "nothing" });
});

test.each([
  ["no Ray", "end(3);", "has no Ray, or no aiohttp"],
  [
    "no aiohttp in a worker",
    "console.error(\"ModuleNotFoundError: No module named 'aiohttp'\"); end(1);",
    "has no Ray, or no aiohttp",
  ],
  [
    "wrong settings",
    'console.error("ray_batch: wants"); end(1);',
    "king: the Ray job of engine/king/requests-1.jsonl did not start",
  ],
])("%s is said with what to do", async (_name, act, words) => {
  await expect(runJobs(rayProject(act))).rejects.toThrow(words);
});

test("a real Python without Ray is said in words, with what to install and without a trace", async () => {
  const root = rayProject("end(0);");
  // Without what is installed beside it, whatever that is.
  const bare = join(root, "bare-python");
  writeFileSync(bare, '#!/bin/sh\nexec python3 -I -S "$@"\n');
  chmodSync(bare, 0o755);
  const path = join(root, "chain.toml");
  const toml = readFileSync(path, "utf8");
  writeFileSync(path, toml.replace(/^python = .*$/m, `python = ${JSON.stringify(bare)}`));
  const { code, stderr } = await runKing(root);
  expect(code).toBe(1);
  expect(stderr).toMatch(/ray_batch\.py: .* has no ray, no aiohttp: pip install ray aiohttp/);
  expect(stderr).toContain(`[engine] python = "${bare}" has no Ray, or no aiohttp`);
  expect(stderr).toContain("python3 -m venv ray-env && ray-env/bin/pip install ray aiohttp");
  expect(stderr).not.toMatch(/Traceback|File "/);
});

test("a Python that is not there is said with how to make one", async () => {
  const root = rayProject("end(0);");
  const path = join(root, "chain.toml");
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(/^python = .*$/m, 'python = "no-such-python"'),
  );
  await expect(runJobs(root)).rejects.toThrow(
    expect.objectContaining({
      message: '[engine] python = "no-such-python" is not there',
      hint: expect.stringContaining("pip install ray aiohttp") as unknown,
    }),
  );
});

test("with vLLM on the actors no server is named, and no key goes along", async () => {
  const root = rayProject(
    "write(ids.map(good)); end(0);",
    'online_below = 0\nmode = "vllm"\naddress = "ray://head:10001"\nactors = 4',
  );
  expect(await runJobs(root)).toMatchObject({ end: "done" });
  const [call] = callsOf(root);
  expect(call?.args).toEqual(
    ["--mode", "vllm", "--model", "m", "--address", "ray://head:10001"].concat([
      "--actors",
      "4",
      "--in-flight",
      "3",
      "--with-parent",
    ]),
  );
  expect(call?.headers).toBe("{}");
});

test("a key in the words of a job is masked", async () => {
  const root = rayProject(
    `console.error("header was Bearer ${KEY}"); write(ids.map(good)); end(0);`,
  );
  const { said } = await runJobs(root);
  expect(said).toContain("header was Bearer");
  expect(said).not.toContain(KEY);
});
