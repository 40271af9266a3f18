import { join } from "node:path";
import { expect, test } from "vitest";
import { meanwhile } from "../../src/command/meanwhile.ts";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import type { StageSummary } from "../../src/work.ts";
import { batchProject, runKing } from "../support/batch-king.ts";
import { startBatchServer } from "../support/batch-server.ts";
import { runScriptFile, startScript } from "../support/scripts.ts";
import { writeFileSync } from "node:fs";

const tomlOf = (url: string): string =>
  `[provider.p]\nbase_url = "${url}"\n[king]\nprovider = "p"\nmodel = "m"\n[engine]\nname = "batch"\nonline_below = 0\npoll_s = 0.2\nsettle_s = 0\n`;

const SUMMARY: StageSummary = {
  stage: "king",
  read: 2,
  kept: 0,
  dropped: {},
  pending: 2,
  asked: 0,
  notes: [],
  stopped: { why: "engine", message: "2 items wait" },
};

test("stage:king --wait stays until the batch is over, files it, and prints one summary", async () => {
  const server = await startBatchServer({ polls: 3 });
  const root = batchProject(2);
  writeFileSync(join(root, "chain.toml"), tomlOf(server.url));
  try {
    const ran = await runScriptFile("king", ["--root", root, "--yes", "--wait", "--json"]);
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringContaining("2 items wait for results"),
    ]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ kept: 2, pending: 0 });
    expect(server.stats.creates).toBe(1);
  } finally {
    await server.close();
  }
});

test("while one waits the workspace is free: another run looks, posts nothing, and goes", async () => {
  const server = await startBatchServer({ polls: 100_000 });
  const root = batchProject(2);
  writeFileSync(join(root, "chain.toml"), tomlOf(server.url));
  try {
    const waiting = startScript("king", ["--root", root, "--yes", "--wait"]);
    await new Promise<void>((resolve) => {
      waiting.child.stderr?.on("data", (data: Buffer) => {
        if (data.toString().includes("wait for results")) resolve();
      });
    });
    const other = await runScriptFile("king", ["--root", root, "--yes", "--json"]);
    expect([other.code, JSON.parse(other.stdout)]).toMatchObject([2, { pending: 2, asked: 0 }]);
    waiting.child.kill("SIGINT");
    expect((await waiting.ended).code).toBe(130);
    expect(server.stats.creates).toBe(1);
  } finally {
    await server.close();
  }
});

test("who does not wait is sent away, and so is --retry after a round: it would ask again in each", async () => {
  const server = await startBatchServer({ polls: 9 });
  const root = batchProject(2);
  const toml = tomlOf(server.url);
  writeFileSync(join(root, "chain.toml"), toml);
  try {
    await runKing(root, toml);
    const waiting = {
      config: loadConfig(root, {}),
      store: openStore(root),
      stage: "king",
      summary: SUMMARY,
      seen: "",
    };
    const go = (wait: boolean, retry: boolean, before: { asked: number } | null) =>
      meanwhile({ ...waiting, flags: { wait, retry }, before });
    expect(await go(false, false, null)).toBe("end");
    expect(await go(true, true, { asked: 2 })).toBe("end");
    server.cancel("batch_1");
    expect(await go(true, false, null)).toBe("again");
  } finally {
    await server.close();
  }
});
