/**
 * Each model stage is killed with SIGKILL at ten random moments against a slow loopback server, then
 * run to its end; calls and files are counted.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { seededRng } from "../../src/core/random.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, startScript } from "../support/scripts.ts";

const KILLS = 10;
const CONCURRENCY = 4;
const LATENCY_MS = 120;

test.each(["king", "challenger", "validate"])(
  "stage:%s killed at ten random moments finishes, and asks again only for what was in flight",
  async (stage) => {
    const server = await slowServer();
    const root = tempProject({ "chain.toml": settings(server.port) });
    for (const before of ["prompt", "king", "challenger", "validate"]) {
      if (before === stage) break;
      expect((await runScriptFile(before, ["--root", root, "--yes"])).code).toBe(0);
    }
    server.calls.length = 0;

    const rng = seededRng(7, stage);
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const run = startScript(stage, ["--root", root, "--yes"]);
      const asked = server.calls.length;
      // The moment counts from the first call of the run, so that a slow start does not waste the kill.
      while (server.calls.length === asked && run.child.exitCode === null) await sleep(5);
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

    const distinct = new Set(server.calls).size;
    expect(distinct).toBe(stage === "validate" ? 24 * 3 * 2 : 24);
    expect(killed).toBeGreaterThan(0);
    expect(server.calls.length - distinct).toBeLessThanOrEqual(killed * CONCURRENCY);
    expect(Object.keys(snapshot(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    const calls = server.calls.length;
    expect((await runScriptFile(stage, ["--root", root, "--yes"])).code).toBe(0);
    expect(server.calls.length).toBe(calls);
  },
  180_000,
);

// ---------------------------------------------------------------------------------------------

function settings(port: number): string {
  const sample = resolve("sample");
  return `
[source]
trajectories = "${sample}/turns.jsonl"
prs = "${sample}/prs.jsonl"
count = 24
exclude_benchmarks = false
max_per_instance = 0
[provider.slow]
base_url = "http://127.0.0.1:${port}/v1"
max_concurrency = ${CONCURRENCY}
[king]
provider = "slow"
[challenger]
provider = "slow"
[judge]
provider = "slow"
`;
}

/** Answers every chat call after LATENCY_MS and keeps what was asked, one string a distinct question. */
async function slowServer(): Promise<{ port: number; calls: string[] }> {
  const calls: string[] = [];
  const commands = new Map<string, number>();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      calls.push(body);
      const { model } = JSON.parse(body) as { model: string };
      const isJudge = body.includes("MODEL 1") && body.includes("MODEL 2");
      const order = commands.get(body) ?? commands.set(body, commands.size + 1).size;
      const content = isJudge
        ? '{"correctness": 1, "grounding": 0, "progress": 2, "protocol": 0, "efficiency": 0, "reason": "r"}'
        : `THOUGHT: look.\n\n\`\`\`bash\nls -la /tmp/${order}\n\`\`\``;
      setTimeout(() => {
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({
            id: "x",
            model,
            choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
            usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
          }),
        );
      }, LATENCY_MS);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, calls };
}
