import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

test("what an error quotes is shown, not sent to the terminal as an escape code", async () => {
  const root = tempProject({ "chain.toml": '[king]\nprovider = "\\u001b[31mred"\n' });
  const run = await runScriptFile("king", ["--root", root]);
  expect(run.code).toBe(1);
  expect(run.stderr).not.toContain("\u001b");
  expect(run.stderr).toContain("[ESC][31mred");
});

test("flags with underscores are those with hyphens, and values keep theirs", async () => {
  const root = tempProject({
    "results/trajectories/a_b.jsonl": `${JSON.stringify({
      instance_id: "o__r-1",
      attempt: 1,
      resolved: true,
      patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
      problem_statement: "one two three",
    })}\n`,
  });
  const run = (...args: string[]) => runScriptFile("repair", ["--root", root, "--force", ...args]);
  const plain = await run("--min-problem-words=3", "--val_fraction", "0");
  expect(plain).toMatchObject({ code: 0 });
  expect(await run("--min_problem_words=3", "--val_fraction=0")).toMatchObject({ code: 0 });
  const few = await run("--min_problem_words", "4");
  expect(few).toMatchObject({ code: 1 });
  expect(few.stderr).toContain("problem_too_short");
  expect(await run("--min_problem_words=3", "--output", "dataset/__x")).toMatchObject({ code: 0 });
  expect(existsSync(join(root, "dataset/__x/train.jsonl"))).toBe(true);
  expect((await run("--min_problemwords=3")).stderr).toContain("--min-problemwords");
});

test("repair without --input reads results/trajectories, and says so when it is not there", async () => {
  const ran = await runScriptFile("repair", ["--root", tempProject()]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(
    "repair: no --input was given, and there is no folder results/trajectories in",
  );
});
