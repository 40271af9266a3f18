/** stage:rollout over files: what is there is not played again, and nothing is opened for it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { saidHash } from "../../src/core/tasks/said.ts";
import { refuseModelInPlain } from "../../src/gym/policies.ts";
import { openSandbox } from "../../src/gym/sandbox.ts";
import { rollout, type RolloutOptions } from "../../src/stages/rollout.ts";
import { validate } from "../../src/stages/validate.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { tinyGym } from "../support/tiny-gym.ts";

const nobody = async (): Promise<never> => {
  throw new Error("a model was asked");
};
const HOW: RolloutOptions = { ...OPTIONS, python: "no-python", answers: ["challenger", "king"] };

const answer = (n: number) => ({
  schema: 2,
  instance_id: `gym__x-${n}`,
  repo: `gym/x${n}`,
  king: `k${n}`,
  challenger: `THOUGHT: so.\n\n\`\`\`bash\nls ${n}\n\`\`\``,
  assistant: "",
  messages: [{ role: "user", content: `mend it (task gym__x-${n})` }],
});

const played = (who: string, text: string, passes: number) => ({
  answer: who,
  k: 4,
  passes,
  turns: [1, 1, 1, 1],
  why: ["steps", "steps", "steps", "steps"],
  runs: [],
  said_hash: saidHash(text),
  names_solution: false,
});

const outcome = (n: number, passes: readonly [number, number]) => ({
  schema: 2,
  file: `p_${n}.json`,
  instance_id: `gym__x-${n}`,
  repo: `gym/x${n}`,
  policy: "scripted:0.5",
  replayed: { steps: 0, same: 0 },
  ...played("challenger", answer(n).challenger, passes[0]),
  beside: [played("king", `k${n}`, passes[1])],
});

test("a thousand rollouts that are there are taken as they are, and no gym is opened", async () => {
  const numbers = Array.from({ length: 125 }, (_, n) => n + 1);
  const root = tempProject(
    Object.fromEntries(
      numbers.flatMap((n) => [
        [`answer/p_${n}.json`, answer(n)],
        [`outcome/p_${n}.json`, outcome(n, [4, 0])],
      ]),
    ),
  );
  const summary = await rollout(testConfig(root), testDeps(root, nobody), HOW);
  expect(summary).toMatchObject({ read: 125, kept: 125, pending: 0, dropped: {} });
  expect(existsSync(join(root, ".cache"))).toBe(false);
});

test("a turn that was dropped stays so without --retry, and is counted", async () => {
  const root = tempProject({
    "answer/p_1.json": answer(1),
    "outcome/dropped/p_1.json": {
      schema: 2,
      file: "p_1.json",
      reason: "replay_differs",
      detail: "",
    },
  });
  const summary = await rollout(testConfig(root), testDeps(root, nobody), HOW);
  expect(summary).toMatchObject({ read: 1, kept: 0, dropped: { replay_differs: 1 } });
});

test("a file of outcomes that does not parse is an error with its name", async () => {
  const root = tempProject({ "answer/p_1.json": answer(1), "outcome/p_1.json": "{" });
  await expect(rollout(testConfig(root), testDeps(root, nobody), HOW)).rejects.toThrow(
    "outcome/p_1.json is not JSON",
  );
});

test("a model's commands are refused where nothing holds them back", async () => {
  const root = tempProject();
  const gym = tinyGym(root, await openSandbox("plain"));
  expect(() => refuseModelInPlain(testConfig(root), gym)).toThrow(
    "a model's commands would run without a sandbox",
  );
  const said = testConfig(root, '[gym]\nsandbox = "plain"\n');
  expect(() => refuseModelInPlain(said, gym)).not.toThrow();
});

test("under judge.with = outcome the duel is weighed from pass rates, and no judge is asked", async () => {
  const numbers = Array.from({ length: 8 }, (_, n) => n + 1);
  const root = tempProject(
    Object.fromEntries(
      numbers.flatMap((n) => [
        [`answer/p_${n}.json`, answer(n)],
        ...(n === 8 ? [] : [[`outcome/p_${n}.json`, outcome(n, [4, n % 2])]]),
      ]) as [string, unknown][],
    ),
  );
  const config = testConfig(root, '[judge]\nwith = "outcome"\n');
  const summary = await validate(config, testDeps(root, nobody), OPTIONS);
  expect(summary).toMatchObject({ read: 8, kept: 7, pending: 1, asked: 0 });
  const score: unknown = JSON.parse(readFileSync(join(root, "score/p_1.json"), "utf8"));
  expect(score).toMatchObject({ score: 87.5, outcome: { challenger: 1, opponent: 0.25 } });
  const duel = JSON.parse(readFileSync(join(root, "score/_duel.json"), "utf8")) as {
    challenger_score: number;
    n_clusters: number;
  };
  // 87.5 four times, 100 three times.
  expect(duel.challenger_score).toBeCloseTo((4 * 87.5 + 3 * 100) / 7, 3);
  expect(duel.n_clusters).toBe(7);
});
