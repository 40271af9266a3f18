/**
 * A target reached by the scripts as they are typed, against a server that fails by a plan: killed twice
 * without warning, the controller and its stage together, and stopped once as Ctrl-C does. Slow because it
 * must be: some twenty starts of a process.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { KEY, loopToml } from "../support/client.ts";
import { faultPlan, startLlmServer } from "../support/llm-server.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, startScript, type Running } from "../support/scripts.ts";
import { answerByNumber, targetSources, targetToml } from "../support/target-world.ts";

const CONCURRENCY = 2;
const SHARES = { "429": 0.02, "500": 0.04, reset_before: 0.02, cut_json: 0.02, html: 0.02 };

/** The process that a process has started, where the system lists them. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

const isRunning = ({ child }: Running): boolean =>
  child.exitCode === null && child.signalCode === null;

async function killBoth({ child, ended }: Running): Promise<void> {
  const stages = childrenOf(child.pid ?? 0);
  child.kill("SIGKILL");
  for (const pid of stages) process.kill(pid, "SIGKILL");
  await ended;
  // What is killed holds the workspace until it is gone.
  while (stages.some((pid) => existsSync(`/proc/${pid}`))) await sleep(5);
}

test.skipIf(process.platform !== "linux")(
  "a target is hit exactly through faults and three kills, and no call is made twice but those in flight",
  async () => {
    const server = await startLlmServer({
      latencyMs: 20,
      fault: faultPlan(5, SHARES),
      answer({ model, messages }) {
        const text = messages.map(({ content }) => content).join("\n");
        return answerByNumber(model, text);
      },
    });
    onTestFinished(() => server.close());
    const target = "accepted = 4\nmax_candidates = 40\ngate = false";
    const limits = `max_concurrency = ${CONCURRENCY}`;
    const toml = targetToml(
      target,
      `[duel]\nbootstrap_resamples = 100\n${loopToml(server.url, limits)}`,
      "loop",
      4,
    );
    const root = tempProject({ "chain.toml": toml, ...targetSources(50) });
    const args = ["--root", root, "--yes", "--until", "target"];
    const env = { LOOP_KEY: KEY };
    const startedAt = async (calls: number): Promise<Running> => {
      const run = startScript("stages", args, env);
      while (server.stats.requests < calls && isRunning(run)) await sleep(5);
      return run;
    };

    const first = await startedAt(3);
    await killBoth(first);
    const second = await startedAt(14);
    second.child.kill("SIGTERM");
    expect((await second.ended).code).toBe(130);
    const third = await startedAt(30);
    await killBoth(third);

    const last = await runScriptFile("stages", args, env);
    expect(last.stderr).toMatch(/target: reached\n$/);
    expect(last.code).toBe(0);
    const names = Object.keys(snapshot(root));
    expect(names.filter((name) => name.startsWith("final/prompts_40_"))).toHaveLength(4);
    const answers = names.filter((name) => name.startsWith("answer/prompts_40_"));
    // Every turn needs six good answers; more of them are calls that were made twice.
    const twice = server.stats.delivered - answers.length * 6;
    expect(twice).toBeGreaterThanOrEqual(0);
    expect(twice).toBeLessThanOrEqual(2 * CONCURRENCY);

    const status = await runScriptFile("status", ["--root", root], env);
    expect(status.stdout).toMatch(
      new RegExp(
        `target: 4 of 4 turns are in final/, of ${answers.length} drawn in \\d rounds that are over\n`,
      ),
    );
  },
  400_000,
);

test.each([
  ["--limit", "5", "each round draws what the target still needs"],
  ["--only", "*_1", "all turns of a round are one duel"],
  ["--force", "", "every round would ask all turns anew"],
])("%s goes with no target", async (flag, value, why) => {
  const root = tempProject({ "chain.toml": targetToml("accepted = 5\nmax_candidates = 9") });
  const given = value === "" ? [flag] : [flag, value];
  const ran = await runScriptFile("stages", ["--root", root, "--until", "target", ...given]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`stages --until target: ${flag} goes with no target: ${why}`);
});
