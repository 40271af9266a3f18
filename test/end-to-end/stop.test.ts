import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, startScript, type Running } from "../support/scripts.ts";
import { sampleToml, slowServer } from "../support/slow.ts";

async function untilAsked(
  server: Awaited<ReturnType<typeof slowServer>>,
  run: Running,
): Promise<void> {
  while (server.seen.length === 0 && run.child.exitCode === null) await sleep(5);
}

const answersOf = (root: string): number =>
  Object.keys(snapshot(root)).filter((name) => /^answer\/prompts.*\.json$/.test(name)).length;

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s waits for the replies in flight, saves them, and the next run asks for the rest alone",
  async (signal) => {
    const server = await slowServer(300);
    const root = tempProject({ "chain.toml": sampleToml(server.url, 4) });
    await runScriptFile("prompt", ["--root", root]);
    const run = startScript("king", ["--root", root, "--yes"]);
    await untilAsked(server, run);
    await sleep(50);
    run.child.kill(signal);
    const ended = await run.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain("stopping: waiting for the calls in flight");
    const asked = server.seen.length;
    expect(answersOf(root)).toBe(asked);
    // What waits for the next run is all that is left, not what had come into hand alone.
    expect(ended.stdout).toContain(
      `king: 24 read, ${asked} kept, 0 dropped, ${24 - asked} pending; `,
    );

    const again = await runScriptFile("king", ["--root", root, "--yes"]);
    expect(again.code).toBe(0);
    expect(answersOf(root)).toBe(24);
    expect(server.seen.length).toBe(24);
  },
);

test("a second stage in the same workspace is refused, with who holds it", async () => {
  const server = await slowServer(20_000);
  const root = tempProject({ "chain.toml": sampleToml(server.url, 4) });
  await runScriptFile("prompt", ["--root", root]);
  const first = startScript("king", ["--root", root, "--yes"]);
  await untilAsked(server, first);
  const second = await runScriptFile("king", ["--root", root, "--yes"]);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(
      `king is already running in .* \\(pid ${first.child.pid}\\)\n  -> wait until it has ended`,
    ),
  );
  first.child.kill("SIGKILL");
});

test("a missing key names the variable and where to put it, before anything is asked", async () => {
  const root = tempProject({
    "chain.toml": sampleToml("http://127.0.0.1:9/v1", 4).replace(
      "[king]",
      'api_key_env = "SLOW_KEY"\n[king]',
    ),
  });
  await runScriptFile("prompt", ["--root", root]);
  const run = await runScriptFile("king", ["--root", root, "--yes"]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("SLOW_KEY");
  expect(run.stderr).toMatch(/-> .*\.env/);
});
