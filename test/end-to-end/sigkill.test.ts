/**
 * Each model stage is killed with SIGKILL at ten random moments against a slow loopback server, then
 * run to its end; calls and files are counted. Among the slowest tests, and it has to be: twelve starts of
 * a process for each stage, and answers that take their time, so that a kill finds some on the way.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRng } from "../../src/core/random.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, startScript } from "../support/scripts.ts";
import { sampleToml, slowServer, startSlowServer } from "../support/slow.ts";

const KILLS = 10;
const CONCURRENCY = 4;
const LATENCY_MS = 120;

/** A workspace a stage, as it is after all stages before that one: made once, and without delay. */
const made = mkdtempSync(join(tmpdir(), "kingmaker-kills-"));
beforeAll(async () => {
  const server = await startSlowServer(0);
  const root = join(made, "all");
  mkdirSync(root);
  writeFileSync(join(root, "chain.toml"), sampleToml(server.url, CONCURRENCY));
  for (const [before, stage] of [
    ["prompt", "king"],
    ["king", "challenger"],
    ["challenger", "validate"],
  ] as const) {
    expect((await runScriptFile(before, ["--root", root, "--yes"])).code).toBe(0);
    cpSync(root, join(made, stage), { recursive: true });
  }
  await server.close();
}, 120_000);
afterAll(() => rmSync(made, { recursive: true }));

test.each(["king", "challenger", "validate"])(
  "stage:%s killed at ten random moments finishes, and asks again only for what was in flight",
  async (stage) => {
    const server = await slowServer(LATENCY_MS);
    const toml = sampleToml(server.url, CONCURRENCY);
    const root = tempProject({ "chain.toml": toml }, join(made, stage));
    const calls = (): string[] => server.seen.map(({ body }) => JSON.stringify(body));

    const rng = seededRng(7, stage);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const run = startScript(stage, ["--root", root, "--yes"]);
      const asked = server.seen.length;
      // The moment counts from the first call of the run, so that a slow start does not waste the kill.
      while (server.seen.length === asked && run.child.exitCode === null) await sleep(5);
      await sleep(rng() * 2.5 * LATENCY_MS);
      run.child.kill("SIGKILL");
      if ((await run.ended).signal === "SIGKILL") killed++;
      for (const [name, text] of Object.entries(snapshot(root))) {
        if (name.endsWith(".json")) expect(() => JSON.parse(text) as unknown, name).not.toThrow();
      }
    }
    const last = await runScriptFile(stage, ["--root", root, "--yes"]);
    expect(last.stderr + last.stdout).toContain(`${stage}: 24 read, 24 kept, 0 dropped`);
    expect(last.code).toBe(0);

    const distinct = new Set(calls()).size;
    expect(distinct).toBe(stage === "validate" ? 24 * 3 * 2 : 24);
    expect(killed).toBeGreaterThan(0);
    expect(calls().length - distinct).toBeLessThanOrEqual(killed * CONCURRENCY);
    expect(Object.keys(snapshot(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    const before = server.seen.length;
    expect((await runScriptFile(stage, ["--root", root, "--yes"])).code).toBe(0);
    expect(server.seen.length).toBe(before);
  },
  180_000,
);
