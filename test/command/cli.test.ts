import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { summaryLines } from "../../src/command/cli.ts";
import type { StageSummary } from "../../src/work.ts";
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

test.each([
  [
    "split",
    [],
    "split: missing required argument 'n'",
    "for example: npm run split -- 4 --root my-run",
  ],
  [
    "convert",
    ["x"],
    "convert: required option '--to <form>' not specified",
    "--to openai --output runs.jsonl",
  ],
  [
    "init",
    [],
    "init: missing required argument 'dir'",
    "for example: npm run init -- my-run --runs",
  ],
] as const)(
  "%s with %j says what is missing, with a line that works",
  async (name, args, what, example) => {
    const ran = await runScriptFile(name, args);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`${what}\n  -> `);
    expect(ran.stderr).toContain(example);
    expect(ran.stderr).toContain(`(npm run ${name} -- --help lists the flags)`);
  },
);

test.each([
  [
    "share",
    (file: string) => ["--output", file],
    "share: --output FILE is a file",
    "name a folder",
  ],
  ["init", (file: string) => [file], "init: FILE is a file", "name a folder"],
] as const)("%s into a file is refused", async (name, argsFor, what, mend) => {
  const file = join(tempProject({ "a.txt": "" }), "a.txt");
  const ran = await runScriptFile(name, argsFor(file));
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(what.replace("FILE", file));
  expect(ran.stderr).toContain(mend);
});

test("convert refuses a folder as its file before it reads anything", async () => {
  const root = tempProject();
  const ran = await runScriptFile("convert", ["nowhere", "--to", "openai", "--output", root]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(`cannot write ${root}: it is a folder\n  -> name a file in it\n`);
});

test.each([
  [
    "rollout",
    [],
    "rollout: there are no answers in answer/",
    "if you gave --only, look at its pattern",
  ],
  [
    "merge",
    ["EMPTY"],
    "merge: nothing of a workspace is in EMPTY",
    "name the folders that split made",
  ],
] as const)("%s with nothing to do is refused", async (name, args, what, mend) => {
  const [root, empty] = [tempProject(), tempProject()];
  const words = args.map((word) => word.replace("EMPTY", empty));
  const ran = await runScriptFile(name, [...words, "--root", root]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(what.replace("EMPTY", empty));
  expect(ran.stderr).toContain(mend);
});

const SUMMARY: StageSummary = {
  stage: "king",
  read: 3,
  kept: 0,
  dropped: {},
  pending: 3,
  asked: 3,
  notes: ["m: 3 items in a row were refused (3 times)", "another note"],
  stopped: { why: "settings", message: "m: 3 items in a row were refused" },
};

test("why a stage stopped is said once, with how often it came and what to change", () => {
  const mend = { message: "m: 3 items in a row were refused", hint: "look at the key" };
  const other = { message: "n: no such model", hint: "look at the name" };
  expect(summaryLines({ ...SUMMARY, to_mend: [mend, other] })).toEqual([
    "king: 3 read, 0 kept, 0 dropped, 3 pending; 3 model calls",
    "  stopped early: m: 3 items in a row were refused (3 times)\n  -> look at the key",
    "  another note",
    "king: n: no such model\n  -> look at the name",
  ]);
});
