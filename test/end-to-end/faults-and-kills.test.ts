/**
 * stage:king against a server that fails by a seeded plan, killed with SIGKILL at random moments,
 * then run to its end: what the server delivered is in a file, and the ledger counts what it counted,
 * apart from the calls in flight at a kill. Other stages, and more kills, are in soak.test.ts; here are 1,000
 * answers written whole and synced, so that every kill falls among many.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { seededRng } from "../../src/core/random.ts";
import { openLedger } from "../../src/io/ledger.ts";
import { ledgerLineSchema } from "../../src/records/ledger.ts";
import { KEY, loopToml } from "../support/client.ts";
import { faultPlan, startLlmServer } from "../support/llm-server.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, startScript } from "../support/scripts.ts";

const TURNS = 1000;
const KILLS = 4;
const CONCURRENCY = 16;
const SHARES = {
  "429": 0.03,
  "500": 0.03,
  reset_before: 0.02,
  reset_body: 0.02,
  cut_json: 0.02,
  html: 0.01,
  null_content: 0.02,
};

const prompts = Array.from({ length: TURNS }, (_, i) => ({
  instance_id: `turn-${i}`,
  repo: "r",
  turn: 0,
  messages: [{ role: "user", content: `turn ${i} of the test` }],
  assistant: "a",
  origin: { dataset: null, revision: null, file: null, row: null },
}));

test("stage:king amid faults, killed at random moments, loses no answer, and its ledger accounts for every call", async () => {
  const server = await startLlmServer({ latencyMs: 20, fault: faultPlan(23, SHARES) });
  onTestFinished(() => server.close());
  const root = tempProject({
    "chain.toml": `${loopToml(server.url, `max_concurrency = ${CONCURRENCY}`)}[king]\nprovider = "loop"\nmodel = "m"\n`,
    [`prompt/prompts_${TURNS}_001.json`]: prompts,
  });
  const args = ["--root", root, "--yes"];
  const rng = seededRng(3, "kills");
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const run = startScript("king", args, { LOOP_KEY: KEY });
    const asked = server.stats.requests;
    // The moment counts from the first call of the run, so that a slow start does not waste the kill.
    while (server.stats.requests === asked && run.child.exitCode === null) await sleep(5);
    await sleep(rng() * 500);
    run.child.kill("SIGKILL");
    if ((await run.ended).signal === "SIGKILL") killed++;
  }
  const last = await runScriptFile("king", args, { LOOP_KEY: KEY });
  expect(last.stderr + last.stdout).toContain(`king: ${TURNS} read, ${TURNS} kept, 0 dropped`);
  expect(last.code).toBe(0);
  expect(killed).toBeGreaterThan(0);

  const files = snapshot(root);
  expect(Object.keys(files).filter((name) => name.startsWith("answer/prompts_"))).toHaveLength(
    TURNS,
  );
  // More than one good answer to a turn: only where a kill fell between delivery and its ledger line.
  const twice = Object.values(server.stats.deliveredTo).filter((n) => n > 1).length;
  expect(Object.keys(server.stats.deliveredTo)).toHaveLength(TURNS);
  expect(twice).toBeLessThanOrEqual(killed * CONCURRENCY);

  const lines = readFileSync(join(root, "report/ledger.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => ledgerLineSchema.parse(JSON.parse(line)));
  const ended = new Set(lines.filter(({ event }) => event === "outcome").map(({ id }) => id));
  const begun = lines.filter(({ event }) => event === "intent");
  const inFlight = begun.filter(({ id }) => !ended.has(id));
  expect(inFlight.length).toBeLessThanOrEqual(killed * CONCURRENCY);
  // Every request that reached the server has its intent; an intent without one fell to a kill.
  expect(begun.length).toBeGreaterThanOrEqual(server.stats.requests);
  expect(begun.length - server.stats.requests).toBeLessThanOrEqual(inFlight.length);
  expect(ended.size).toBeGreaterThanOrEqual(server.stats.requests - inFlight.length);
  const reserved = inFlight.reduce((sum, line) => sum + line.tokens_in + line.tokens_out, 0);
  const billed = lines
    .filter(({ event }) => event === "outcome")
    .reduce((sum, line) => sum + line.tokens_in + line.tokens_out, 0);
  const ledger = openLedger(root, () => new Date());
  expect(ledger.spent().tokens).toBe(billed + reserved);
  await ledger.close();

  for (const [name, text] of Object.entries(files)) expect(text, name).not.toContain(KEY);
  expect(last.stderr + last.stdout).not.toContain(KEY);
}, 180_000);

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends stage:king cleanly: calls in flight are saved, the exit code is 130, and a re-run asks only for the rest",
  async (signal) => {
    const server = await startLlmServer({ latencyMs: 300 });
    onTestFinished(() => server.close());
    const root = tempProject({
      "chain.toml": `${loopToml(server.url, "max_concurrency = 4")}[king]\nprovider = "loop"\n`,
      "prompt/prompts_2000_001.json": prompts.slice(0, 20),
    });
    const args = ["--root", root, "--yes"];
    const run = startScript("king", args, { LOOP_KEY: KEY });
    while (server.stats.requests < 5) await sleep(5);
    run.child.kill(signal);
    const ran = await run.ended;
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain(
      "stopping: waiting for the calls in flight (again to quit at once)",
    );
    const asked = server.stats.requests;
    expect(server.stats.delivered).toBe(asked);
    const saved = Object.keys(snapshot(root)).filter((name) => name.startsWith("answer/prompts_"));
    expect(saved).toHaveLength(asked);
    expect(asked).toBeLessThan(20);
    const again = await runScriptFile("king", args, { LOOP_KEY: KEY });
    expect(again.code).toBe(0);
    expect(server.stats.requests).toBe(20);
  },
);

test.each([
  ["SIGTERM", "SIGTERM"],
  ["SIGINT", "SIGINT"],
  ["SIGINT", "SIGTERM"],
] as const)(
  "%s and then %s end stage:king at once, and the intents of what was in flight stand in the ledger",
  async (first, second) => {
    const server = await startLlmServer({ fault: () => "stall_header" });
    onTestFinished(() => server.close());
    const root = tempProject({
      "chain.toml": `${loopToml(server.url, "max_concurrency = 8")}[king]\nprovider = "loop"\n`,
      "prompt/prompts_2000_001.json": prompts.slice(0, 20),
    });
    const run = startScript("king", ["--root", root, "--yes"], { LOOP_KEY: KEY });
    while (server.stats.requests < 8) await sleep(5);
    // Two signals of one kind that a busy process has not looked at yet are one: the first is awaited.
    const heard = new Promise((resolve) => run.child.stderr?.once("data", resolve));
    run.child.kill(first);
    await heard;
    await sleep(400);
    expect(run.child.exitCode).toBeNull();
    run.child.kill(second);
    expect((await run.ended).code).toBe(130);
    const lines = readFileSync(join(root, "report/ledger.jsonl"), "utf8").trim().split("\n");
    expect(lines).toHaveLength(8);
  },
);
