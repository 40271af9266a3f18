import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { UserError } from "../../src/errors.ts";
import { speedrun, type SpeedrunOptions } from "../../src/stages/speedrun.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { readJsonl } from "../support/dataset.ts";
import { tempProject } from "../support/project.ts";

const row = (n: number, over: object = {}): object => ({
  instance_id: `o${n}__r-${n}`,
  repo: `o${n}/r`,
  problem_statement: `Issue ${n}: word${n}a word${n}b word${n}c word${n}d word${n}e word${n}f.`,
  patch: `diff --git a/f${n}.py b/f${n}.py\n--- a/f${n}.py\n+++ b/f${n}.py\n@@ -1 +1 @@\n-x${n}\n+y${n}\n`,
  FAIL_TO_PASS: ["t"],
  ...over,
});
const lines = (rows: readonly object[]): string =>
  rows.map((one) => `${JSON.stringify(one)}\n`).join("");
const MIXED = [
  row(1),
  row(2, { patch: "", test_patch: "tests of two" }),
  row(3, { patch: "short" }),
  row(4, { patch: null }),
  row(5, { change_summary: "Five changes.", FAIL_TO_PASS: "[]" }),
];

const run = (
  root: string,
  over: Partial<SpeedrunOptions> = {},
  notes: string[] = [],
): Promise<StageSummary> =>
  speedrun(
    loadConfig(root, {}),
    { progress: { ...silentProgress, note: (line) => void notes.push(line) } },
    {
      dataset: ["b.jsonl"],
      minPatchChars: 0,
      includeEmpty: false,
      devSplit: "1",
      emitTest: false,
      forceSkippedReport: false,
      output: join(root, "dataset/speedrun"),
      skipBad: false,
      force: false,
      retry: false,
      ...over,
    },
  );

test("speedrun writes rows with labels, and skipped ones with what they had", async () => {
  const root = tempProject({ "b.jsonl": lines(MIXED) });
  const summary = await run(root, { minPatchChars: 10, skippedReport: join(root, "skip.jsonl") });
  expect(summary).toMatchObject({
    stage: "speedrun",
    read: 5,
    kept: 3,
    dropped: { empty_response: 1, short_patch: 1 },
  });
  const rows = readJsonl(root, "dataset/speedrun/dev.jsonl");
  expect(rows[0]?.["metadata"]).toMatchObject({
    run: "",
    turn: -1,
    origin: "b.jsonl",
    origin_license: "unknown",
    models: "",
    config_hash: expect.stringMatching(/^[0-9a-f]+$/),
    made_with: expect.stringMatching(/^kingmaker \d/),
  });
  expect(rows.map(({ metadata }) => metadata)).toMatchObject([
    { instance_id: "o1__r-1", repo: "o1/r", label: "SUCCESS", response_source: "patch" },
    { instance_id: "o2__r-2", repo: "o2/r", label: "UNKNOWN", response_source: "test_patch" },
    { instance_id: "o5__r-5", repo: "o5/r", label: "UNKNOWN", response_source: "change_summary" },
  ]);
  const skipped = [
    {
      instance_id: "o3__r-3",
      reason: "short_patch",
      source_fields: { has_change_summary: false, has_patch: true, has_test_patch: false },
      patch_len: 5,
    },
    {
      instance_id: "o4__r-4",
      reason: "empty_response",
      source_fields: { has_change_summary: false, has_patch: false, has_test_patch: false },
      patch_len: 0,
    },
  ];
  expect(readJsonl(root, "skip.jsonl")).toEqual(skipped);
  expect(readJsonl(root, "dataset/speedrun/skipped.jsonl")).toMatchObject(skipped);
  expect(existsSync(join(root, "dataset/speedrun/test.jsonl"))).toBe(false);
  const stats = readFileSync(join(root, "dataset/speedrun/dataset_stats.json"), "utf8");
  expect(JSON.parse(stats)).toMatchObject({
    labels: { UNKNOWN: 2, SUCCESS: 1 },
    response_sources: { change_summary: 1, patch: 1, test_patch: 1 },
  });
});

test("empty responses are kept as FAILURE on request, and the limit stops at so many rows", async () => {
  const root = tempProject({ "b.jsonl": lines(MIXED.toReversed()) });
  await run(root, { includeEmpty: true, limit: 2 });
  const rows = readJsonl(root, "dataset/speedrun/dev.jsonl");
  expect(rows.map(({ metadata }) => metadata)).toMatchObject([
    { label: "UNKNOWN" },
    { label: "FAILURE" },
  ]);
  expect(rows[1]?.["completion"]).toEqual([{ role: "assistant", content: "" }]);
});

test("a test split gets whole repositories", async () => {
  const own = (n: number): object =>
    row(n % 20, {
      instance_id: `i-${n}`,
      problem_statement: `own${n} words${n} of${n} this${n} issue${n} here${n}`,
    });
  const root = tempProject({ "b.jsonl": lines(Array.from({ length: 40 }, (_, n) => own(n))) });
  await run(root, { emitTest: true, devSplit: "0.75" });
  const repos = (name: string): unknown[] =>
    readJsonl(root, `dataset/speedrun/${name}.jsonl`).map(
      ({ metadata }) => (metadata as { repo: string }).repo,
    );
  const dev = new Set(repos("dev"));
  expect(repos("test")).toHaveLength(10);
  expect(repos("test").filter((repo) => dev.has(repo))).toEqual([]);
});

test("a benchmark's own instances are warned about loudly, before anything is written and in the card", async () => {
  const root = tempProject();
  const notes: string[] = [];
  const summary = await run(
    root,
    { dataset: [resolve("test/fixtures/real/swebench.jsonl")], limit: 5 },
    notes,
  );
  expect(notes[0]).toBe(
    "!!! WARNING: benchmark test instances are about to become training data !!!",
  );
  expect(summary.notes).toContain(notes[0]);
  expect(readFileSync(join(root, "dataset/speedrun/README.md"), "utf8")).toContain(
    "WARNING: benchmark test instances",
  );
});

test.each<[string, Record<string, string>, Partial<SpeedrunOptions>, string, string]>([
  [
    "a folder that is not empty",
    { "dataset/speedrun/a": "x" },
    {},
    "is not empty (a)",
    "run it again with --force",
  ],
  [
    "a share that is none",
    {},
    { devSplit: "most", emitTest: true },
    '--dev-split is "most"; expected a number from 0 to 1',
    "for example --dev-split 0.9",
  ],
  [
    "an unknown format",
    {},
    { format: ["chatlm"] },
    'unknown format "chatlm"',
    "did you mean --format chatml?",
  ],
  ["a broken line", { "b.jsonl": "{}\n{\n" }, {}, "b.jsonl line 2 is not JSON", "--skip-bad"],
  [
    "no response column",
    { "b.jsonl": '{"instance_id":"a","patches":"x"}\n' },
    {},
    "has none of the columns change_summary, patch, test_patch; its columns are instance_id, patches",
    "if patches is meant as patch, rename it",
  ],
  [
    "columns unlike any",
    { "b.jsonl": '{"instance_id":"a"}\n' },
    {},
    "its columns are instance_id",
    "name another file with --dataset",
  ],
  [
    "no rows",
    { "b.jsonl": "" },
    {},
    "--dataset: no rows in b.jsonl",
    "name files that hold rows of the SWE-bench family",
  ],
  [
    "no such file",
    {},
    { dataset: ["nope/*.jsonl"] },
    '--dataset = "nope/*.jsonl" matches nothing',
    "paths are relative to the workspace",
  ],
  [
    "nothing left",
    { "b.jsonl": lines([row(4, { patch: "" })]) },
    {},
    "every row was filtered out, so there is no set to write\n  1  empty_response",
    "--include-empty keeps rows without an answer",
  ],
])("speedrun says what is wrong and how to mend it: %s", async (_, files, over, message, hint) => {
  const root = tempProject({ "b.jsonl": lines(MIXED), ...files });
  const error: unknown = await run(root, over).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });
});

test("broken lines are counted in the notes when they may be left out", async () => {
  const root = tempProject({ "b.jsonl": `${lines([row(1)])}{\n` });
  expect((await run(root, { skipBad: true })).notes).toContain(
    "1 lines are not JSON and were left out (--skip-bad)",
  );
});

test("the skipped report is written although nothing was left, empty ones and old ones on request alone", async () => {
  const root = tempProject({
    "b.jsonl": lines([row(4, { patch: "" })]),
    "c.jsonl": lines([row(1)]),
  });
  const skippedReport = join(root, "skip.jsonl");
  await expect(run(root, { skippedReport })).rejects.toThrow("every row was filtered out");
  expect(readJsonl(root, "skip.jsonl")).toHaveLength(1);
  await expect(run(root, { skippedReport })).rejects.toMatchObject({
    message: `--skipped-report ${skippedReport} is there already`,
    hint: "name another file, or run it again with --force-skipped-report to write over it",
  });
  const good = { dataset: ["c.jsonl"], force: true, skippedReport: join(root, "none.jsonl") };
  await run(root, good);
  expect(existsSync(good.skippedReport)).toBe(false);
  await run(root, { ...good, forceSkippedReport: true });
  expect(readFileSync(good.skippedReport, "utf8")).toBe("");
});

const said = (role: string, content: string): object => ({ role, content });
const bash = (command: string): object => said("assistant", `\`\`\`bash\n${command}\n\`\`\``);
const SUBMIT = bash("echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT");
const tested = (output: string): object[] => [
  said("user", "Fix it."),
  bash("pytest -q"),
  said("user", output),
  SUBMIT,
];
const RUNS = [
  row(1, { FAIL_TO_PASS: [], messages: tested("3 passed in 0.1s") }),
  row(2, { FAIL_TO_PASS: [], messages: tested("1 failed, 2 passed in 0.1s") }),
  row(3, { FAIL_TO_PASS: [], messages: tested("3 passed in 0.1s"), resolved: false }),
  row(4, { FAIL_TO_PASS: [] }),
];
const labelsOf = (root: string): unknown[] =>
  readJsonl(root, "dataset/speedrun/dev.jsonl").map(({ metadata }) => {
    const { label, label_by } = metadata as { label: string; label_by?: string };
    return label_by === undefined ? label : [label, label_by];
  });

test("the rule labels a row's run only where it is asked to and the row says nothing", async () => {
  const root = tempProject({ "b.jsonl": lines(RUNS) });
  const label = ["SUCCESS,FAILURE,UNKNOWN"];
  await run(root, { label });
  expect(labelsOf(root)).toEqual(["UNKNOWN", "UNKNOWN", "FAILURE", "UNKNOWN"]);
  await run(root, { labelRuns: true, label, force: true });
  expect(labelsOf(root)).toEqual([
    ["SUCCESS", "rule"],
    ["FAILURE", "rule"],
    ["FAILURE", "row"],
    ["UNKNOWN", "row"],
  ]);
  const stats = readFileSync(join(root, "dataset/speedrun/dataset_stats.json"), "utf8");
  expect(JSON.parse(stats)).toMatchObject({ labels_by: { rule: 2, row: 2 } });
  expect(readFileSync(join(root, "dataset/speedrun/README.md"), "utf8")).toContain("label_by");
});

test("rows with other labels than those asked for are left out with a reason", async () => {
  const root = tempProject({ "b.jsonl": lines(RUNS) });
  const summary = await run(root, { labelRuns: true, label: ["SUCCESS"] });
  expect(summary).toMatchObject({
    read: 4,
    kept: 1,
    dropped: { label_failure: 2, label_unknown: 1 },
  });
  const failures = await run(root, { labelRuns: true, label: ["failure,unknown"], force: true });
  expect(failures).toMatchObject({ kept: 3, dropped: { label_success: 1 } });
  await expect(run(root, { label: ["GOOD"], force: true })).rejects.toThrow(
    'speedrun: --label is "GOOD"; expected SUCCESS, FAILURE, UNKNOWN',
  );
});

test("a failure is no answer to learn unless it is named; kto has it as it is, and nothing that nobody knows", async () => {
  const mixed = [
    ...[1, 2, 3, 4].map((n) => row(n, { resolved: true })),
    ...[5, 6, 7].map((n) => row(n, { resolved: false })),
    row(8, { FAIL_TO_PASS: [] }),
  ];
  const root = tempProject({ "b.jsonl": lines(mixed) });
  const of = (file: string): [string, unknown][] =>
    readJsonl(root, "dataset/speedrun", file).map((one) => [
      (one["metadata"] as { label: string }).label,
      one["label"],
    ]);
  expect(await run(root)).toMatchObject({ read: 8, kept: 5, dropped: { label_failure: 3 } });
  expect(of("dev.jsonl").filter(([label]) => label === "FAILURE")).toEqual([]);

  const named = await run(root, { label: ["SUCCESS", "FAILURE"], force: true });
  expect(named).toMatchObject({ kept: 7, dropped: { label_unknown: 1 } });
  expect(of("dev.jsonl").filter(([label]) => label === "FAILURE")).toHaveLength(3);

  const kto = await run(root, { format: ["kto"], force: true });
  expect(kto).toMatchObject({ read: 8, kept: 7, dropped: { label_unknown: 1 } });
  const rows = of("dev.jsonl");
  expect(rows).toHaveLength(7);
  expect(rows.every(([label, is]) => is === (label === "SUCCESS"))).toBe(true);
  // Both labels stand in every stretch of the file.
  expect(rows.map(([, is]) => is)).toEqual([true, false, true, false, true, false, true]);

  const both = await run(root, { format: ["prompt-completion,kto"], force: true });
  expect(both).toMatchObject({ read: 8, kept: 8, dropped: {} });
  expect(
    of("dev.jsonl")
      .map(([label]) => label)
      .sort(),
  ).toEqual(["SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "UNKNOWN"]);
  expect(of("kto/dev.jsonl")).toHaveLength(7);
});

test("kto rows of one label alone are refused, and nothing is written", async () => {
  const root = tempProject({ "b.jsonl": lines([1, 2, 3].map((n) => row(n))) });
  await expect(run(root, { format: ["prompt-completion", "kto"] })).rejects.toMatchObject({
    message:
      "kto: all 3 rows of the set have the label true: there is nothing to tell good from bad by",
    hint: "leave kto out of --format, or give input with answers of both kinds",
  });
  expect(existsSync(join(root, "dataset/speedrun"))).toBe(false);
});

test("a tenth is dealt to test whether it is written or not, and dev is the same both times", async () => {
  const rows = Array.from({ length: 40 }, (_, n) => row(n));
  const root = tempProject({ "b.jsonl": lines(rows) });
  const without = await run(root, { devSplit: "0.9" });
  expect(without).toMatchObject({ read: 40, kept: 36, dropped: { held_out: 4 } });
  expect(without.notes).toContain("4 rows are dealt to test, which is not written");
  expect(existsSync(join(root, "dataset/speedrun/test.jsonl"))).toBe(false);
  const dev = readJsonl(root, "dataset/speedrun/dev.jsonl");
  expect(dev).toHaveLength(36);
  const held = readFileSync(join(root, "dataset/speedrun/README.md"), "utf8");
  for (const one of rows) {
    const { instance_id } = one as { instance_id: string };
    const isInDev = dev.some((line) => JSON.stringify(line).includes(`"${instance_id}"`));
    if (!isInDev) expect(held).not.toContain(`"${instance_id}"`);
  }
  await run(root, { devSplit: "0.9", emitTest: true, force: true });
  expect(readJsonl(root, "dataset/speedrun/dev.jsonl")).toEqual(dev);
  expect(readJsonl(root, "dataset/speedrun/test.jsonl")).toHaveLength(4);
});
