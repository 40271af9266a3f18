import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { runFileSchema } from "../../src/records/run.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile, type Ran } from "../support/scripts.ts";

/** The demo's settings, the sample by absolute path. */
const TOML = readFileSync("sample/chain.toml", "utf8").replaceAll("../sample", resolve("sample"));

/** A workspace on which all five stages have run; every test works on a copy. */
const done = mkdtempSync(join(tmpdir(), "kingmaker-demo-"));
beforeAll(async () => {
  writeFileSync(join(done, "chain.toml"), TOML);
  const run = await runStages(done);
  expect(run.stderr).not.toContain("->");
  expect(run.code).toBe(0);
}, 120_000);
afterAll(() => rmSync(done, { recursive: true }));

const runStages = (root: string): Promise<Ran> =>
  runScriptFile("stages", ["--root", root, "--yes"]);

test("the five stages run on the sample, and a second pass makes no call and changes no file", async () => {
  const root = tempProject({}, done);
  const before = snapshot(root);
  const count = (folder: RegExp): number =>
    Object.keys(before).filter((name) => folder.test(name)).length;
  expect(count(/^answer\/prompts/)).toBe(24);
  expect(count(/^(final|refined|defeat)\//)).toBe(24);
  expect(count(/^commit\//)).toBe(19);

  expect((await runStages(root)).code).toBe(0);
  expect(snapshot(root)).toEqual(before);

  expect(before["report/report.md"]).toMatch(/\| made with \| Kingmaker \d+\.\d+\.\d+/);
  const runs = runFileSchema.parse(JSON.parse(before["report/run.json"] ?? ""));
  expect(Object.keys(runs.stages)).toEqual(["prompt", "king", "challenger", "validate", "report"]);
  for (const run of Object.values(runs.stages)) {
    const dropped = Object.values(run.dropped).reduce((sum, n) => sum + n, 0);
    expect(run.read).toBe(run.kept + dropped + run.pending);
  }
});

test("the demo finds the four leaking first replies and asks again", () => {
  const leaking = Object.entries(snapshot(done))
    .filter(([name]) => name.startsWith("answer/"))
    .filter(
      ([, text]) => answerSchema.parse(JSON.parse(text)).challenger_tries?.some(isLeak) === true,
    )
    .map(([name]) => name.replace(/^answer\/prompts_24_001_|\.json$/g, ""));
  expect(leaking.sort()).toEqual(["11", "22", "24", "9"]);
});

const isLeak = (one: { reason: string }): boolean => one.reason === "leak";

test("what leaves answer/ has the fields of an exported turn and quotes no rejected try", () => {
  const files = snapshot(done);
  const tries = Object.entries(files)
    .filter(([name]) => name.startsWith("answer/"))
    .flatMap(([, text]) => answerSchema.parse(JSON.parse(text)).challenger_tries ?? [])
    .filter(isLeak);
  expect(tries).toHaveLength(4);
  const outside = Object.entries(files).filter(([name]) =>
    /^(final|refined|defeat|report)\//.test(name),
  );
  for (const [name, text] of outside) {
    expect(text).not.toContain('"evidence"');
    for (const { raw } of tries) {
      expect(text.includes(JSON.stringify(raw).slice(1, 200)), name).toBe(false);
    }
  }
});

test("in mode 1 the offline provider refuses rather than score a pair that nobody judged", async () => {
  const root = tempProject({}, done);
  const run = await runScriptFile("validate", ["--root", root, "--yes"], { DUEL_MODE: "1" });
  expect(run.stdout + run.stderr).toContain(
    "the recorded verdicts belong to another pair of candidates",
  );
  expect(run.code).toBe(2);
});

test("--json prints the summary as one line on stdout and everything else on stderr", async () => {
  const root = tempProject({ "chain.toml": TOML });
  const run = await runScriptFile("prompt", ["--root", root, "--json"]);
  expect(run.code).toBe(0);
  expect(run.stdout.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(run.stdout)).toMatchObject({ stage: "prompt", read: 24, kept: 24 });
});

test("status says what to run next", async () => {
  const root = tempProject({ "chain.toml": TOML });
  const empty = await runScriptFile("status", ["--root", root]);
  expect(empty.stdout).toContain("next: npm run stage:prompt");
  await runScriptFile("prompt", ["--root", root]);
  const begun = await runScriptFile("status", ["--root", root]);
  expect(begun.stdout).toMatch(/king +0 +24 +0/);
  expect(begun.stdout).toContain("next: npm run stage:king");
});

test.each([
  [
    "an unknown flag",
    ["--limt", "3"],
    /stage:king: unknown option '--limt'.*Did you mean --limit\?/,
  ],
  ["a number that is none", ["--limit", "x"], /expected a whole number of at least 1/],
  [
    "a root that is not there",
    ["--root", join("/nowhere", "at-all")],
    /--root \/nowhere\/at-all is not a folder/,
  ],
])("a stage given %s ends with 1 and says how to mend it", async (_name, args, message) => {
  const run = await runScriptFile("king", args);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toContain("\n  -> ");
});

test("--help says what a stage reads, does and writes, with an example", async () => {
  const run = await runScriptFile("king", ["--help"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/Reads prompt\/.*writes answer\//s);
  expect(run.stdout).toContain("Example:");
});
