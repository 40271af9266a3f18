/**
 * stage:challenger with canaries, other runs and the kings' limit, killed with SIGKILL twice and run to its
 * end: what was shown, read and frozen is what a run that nobody killed shows, reads and freezes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { answerSchema, type Canary } from "../../src/records/answer.ts";
import { KEY, loopToml } from "../support/client.ts";
import { startLlmServer } from "../support/llm-server.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, startScript } from "../support/scripts.ts";
import { answer, say } from "../support/slug-turn.ts";

const TURNS = 120;
const patch = (name: string): string =>
  `--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,3 @@\n+def trim_with_${name}(text):\n+    return text\n-    return joined\n+    return trim_with_${name}(joined)\n`;

/** Ten instances of twelve turns each; every instance has five other runs. */
function workspace(url: string): string {
  const id = (at: number): string => `a__b-${at % 10}`;
  const turns = Array.from({ length: TURNS }, (_, at) => [
    `answer/prompts_${TURNS}_001_${at + 1}.json`,
    {
      ...answer,
      instance_id: id(at),
      turn: 0,
      king: say(`I will look at the files first and then at the tests of number ${at}.`),
    },
  ]);
  const records = Array.from({ length: 10 }, (_, at) => [
    `commit/${id(at)}.json`,
    { instance_id: id(at), repo: "a/b", patch: patch(`table_${at}`) },
  ]);
  const runs = Array.from({ length: 50 }, (_, at) =>
    JSON.stringify({
      instance_id: id(at),
      repo: "a/b",
      messages: [...answer.messages, { role: "assistant", content: say(`I look, for ${at}.`) }],
    }),
  );
  return tempProject({
    ...Object.fromEntries([...turns, ...records]),
    "runs.jsonl": runs.join("\n"),
    "chain.toml": `${loopToml(url, "max_concurrency = 4")}[source]\ntrajectories = "runs.jsonl"\n[challenger]\nprovider = "loop"\nmodel = "m"\n[audit]\ncanaries = 0.5\nrollouts = true\nleak_min = "king"\n`,
  });
}

test("a challenger that is killed shows, reads and freezes the same as one that is not", async () => {
  const server = await startLlmServer({
    latencyMs: 20,
    answer: () => say("I will look around first."),
  });
  onTestFinished(() => server.close());
  const env = { LOOP_KEY: KEY };
  const killed = workspace(server.url);
  for (const wait of [0, 150]) {
    const run = startScript("challenger", ["--root", killed, "--yes"], env);
    const asked = server.stats.requests;
    while (server.stats.requests === asked && run.child.exitCode === null) await sleep(5);
    await sleep(wait);
    run.child.kill("SIGKILL");
    await run.ended;
  }
  const whole = workspace(server.url);
  for (const root of [killed, whole]) {
    const { code, stdout, stderr } = await runScriptFile(
      "challenger",
      ["--root", root, "--yes"],
      env,
    );
    expect(stderr + stdout).toContain(`challenger: ${TURNS} read, ${TURNS} kept, 0 dropped`);
    expect(code).toBe(0);
  }
  const [a, b] = [seenIn(killed), seenIn(whole)];
  expect(a.canaries.flat().length).toBeGreaterThan(20);
  expect(a).toEqual(b);
}, 180_000);

/** What the run laid down about honesty, and nothing of times and costs. */
function seenIn(root: string): {
  readonly files: unknown;
  readonly canaries: (readonly Canary[])[];
} {
  const all = Object.entries(snapshot(root)).sort(([x], [y]) => (x < y ? -1 : 1));
  const fixed = all.filter(([name]) => /^commit\/rollouts\/|^report\/leak_min/.test(name));
  expect(fixed).toHaveLength(11);
  const canaries = all
    .filter(([name]) => name.startsWith("answer/prompts_"))
    .map(([, text]) => answerSchema.parse(JSON.parse(text)).canaries ?? []);
  return { files: fixed, canaries };
}
