/** Verdicts under two versions of the judge's prompt, with the scripts as they are typed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { duelSchema, type Duel } from "../../src/records/duel.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { runScriptFile } from "../support/scripts.ts";
import { snapshot } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const OLDER = "judge-0";
/** Nobody listens there: a judge that is asked after all fails the run. */
const NOWHERE = {
  CHUTES_API_KEY: "none",
  CHUTES_BASE_URL: "http://127.0.0.1:9/v1",
  HF_ENDPOINT: "http://127.0.0.1:9",
};

/** A judged workspace in which two turns have a verdict that an older prompt asked for. */
async function mixedWorkspace(): Promise<string> {
  const root = await judgedWorkspace();
  for (const name of ["t01", "t02"]) {
    const path = join(root, `score/${name}.json`);
    const score = scoreSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    const judges = score.judges.map((reply, at) =>
      at === 0 ? { ...reply, prompt_version: OLDER, cost_usd: 0.25 } : reply,
    );
    writeFileSync(path, JSON.stringify({ ...score, judges }));
  }
  return root;
}

test("npm run stage:validate says what giving older verdicts anew would cost, and --mixed takes them, once", async () => {
  const root = await mixedWorkspace();
  const validate = (...more: string[]) =>
    runScriptFile("validate", ["--root", root, "--yes", "--json", ...more], NOWHERE);
  const duel = (): Duel =>
    duelSchema.parse(JSON.parse(readFileSync(join(root, "score/_duel.json"), "utf8")));
  const verdicts = (): (readonly unknown[])[] =>
    Object.entries(snapshot(join(root, "score")))
      .filter(([name]) => /^t\d+\.json$/.test(name))
      .map(([, text]) => scoreSchema.parse(JSON.parse(text)).judges);

  const before = verdicts();
  const untold = await validate();
  expect(`${untold.stderr}\nexit ${untold.code}`).toMatch(/\nexit 0$/);
  const [reason] = duel().reasons;
  expect(duel().accepted).toBe(false);
  expect(reason).toMatch(
    /^verdicts come from different versions \(judge-0: 2, judge-1: \d+\): giving the older 2 anew takes 2 calls, about \$0\.50 /,
  );
  expect(untold.stdout + untold.stderr).toContain(reason);

  const told = await validate("--mixed");
  expect(told.code).toBe(0);
  expect(duel()).toMatchObject({ accepted: true, mixed: { n_older: 2, taken: true } });
  expect(told.stdout + told.stderr).not.toContain("verdicts come from different versions");

  const after = await validate();
  expect(after.code).toBe(0);
  expect(duel()).toMatchObject({ accepted: true, mixed: { n_older: 2, taken: true } });
  for (const { stdout } of [untold, told, after]) expect(stdout).toMatch(/"asked":0\b/);
  expect(verdicts()).toEqual(before);
}, 120_000);
