/** reign killed at its worst moments: what was asked stays asked, no server is left behind, one crown. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LINEAGE, lineageSchema } from "../../src/records/lineage.ts";
import { fakeServer, type FakeServer } from "../support/fake-server.ts";
import { startLlmServer, type LlmServer } from "../support/llm-server.ts";
import { playedBy, reignWorkspace, trainedCheckpoint } from "../support/reign-workspace.ts";
import { runScriptFile, startScript } from "../support/scripts.ts";

const TOML = '[reign]\nserver = "vllm"\nconcurrency = 1';

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const isLiving = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

type Played = { readonly root: string; readonly fake: FakeServer; readonly judges: LlmServer };

async function played(): Promise<Played> {
  const judges = await startLlmServer({ answer: playedBy("challenger"), latencyMs: 20 });
  onTestFinished(() => judges.close());
  const root = reignWorkspace({ url: judges.url, toml: TOML });
  await trainedCheckpoint(root);
  return { root, fake: fakeServer({ slowMs: 60 }), judges };
}

const ARGS = ["--checkpoint", "set-sft", "--json", "--yes"];

const asksOf = ({ fake }: Played): number =>
  fake.events().filter(({ event }) => event === "ask").length;

test("kill -9 while it answers and while it is judged: it goes on, and asks again for what was in flight alone", async () => {
  const world = await played();
  const { root, fake, judges } = world;
  const args = [...ARGS, "--root", root, "--concurrency", "2"];
  const moments = [
    (): boolean => asksOf(world) >= 3,
    (): boolean => judges.stats.requests >= 6 + 5,
    (): boolean => asksOf(world) >= 10,
  ];
  for (const moment of moments) {
    const { child, ended } = startScript("reign", args, fake.env);
    await until(moment);
    child.kill("SIGKILL");
    await ended;
    const servers = fake.events().filter(({ event }) => event === "start");
    await until(() => servers.every(({ pid }) => !isLiving(pid)));
  }
  const done = await runScriptFile("reign", args, fake.env);
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ stage: "reign", read: 12, kept: 12, pending: 0 });
  const { kings, challenges } = lineageSchema.parse(
    JSON.parse(readFileSync(join(root, LINEAGE), "utf8")),
  );
  expect(kings.map(({ name }) => name)).toEqual(["king-model", "set-sft"]);
  expect(challenges).toHaveLength(1);
  expect(challenges[0]?.duels).toHaveLength(2);
  // One call in flight at each of two kills; two at the judges' one.
  expect(asksOf(world)).toBeLessThanOrEqual(12 + 2);
  expect(judges.stats.requests).toBeLessThanOrEqual(12 + 48 + 2 * 3);
  const asked = [asksOf(world), judges.stats.requests];
  expect((await runScriptFile("reign", args, fake.env)).code).toBe(0);
  expect([asksOf(world), judges.stats.requests]).toEqual(asked);
});

test("Ctrl-C waits for the calls in flight, ends the server, and says how to go on", async () => {
  const world = await played();
  const { root, fake } = world;
  const { child, ended } = startScript("reign", [...ARGS, "--root", root], fake.env);
  await until(() => asksOf(world) >= 2);
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ pending: 6, stopped: { why: "interrupted" } });
  expect(fake.events().at(-1)?.event).toBe("end");
});

test("two at once: the second is told who holds the workspace", async () => {
  const { root, fake } = await played();
  const first = startScript("reign", [...ARGS, "--root", root], fake.env);
  await until(() => fake.events().length > 0);
  const second = await runScriptFile("reign", [...ARGS, "--root", root], fake.env);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain("reign");
  first.child.kill("SIGINT");
  await first.ended;
});
