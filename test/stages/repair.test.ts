/** stage:repair: what is kept and why not, which pairs come out, and what bad logs are told. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseChatml } from "../../src/core/dataset/chatml.ts";
import { beginRepair } from "../../src/builders/repair-begin.ts";
import { repair, type RepairOptions } from "../../src/stages/repair.ts";
import { readJsonl } from "../support/dataset.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { scriptedChat } from "../support/chat.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const patch = (name: string): string =>
  `--- a/${name}.py\n+++ b/${name}.py\n@@ -1 +1 @@\n-old ${name}\n+new ${name}\n`;
const PROBLEM = Array.from({ length: 25 }, (_, i) => `word${i}`).join(" ");
const LOG = `Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nTypeError: g is not there\n`;

type Row = Record<string, unknown>;
const attempt = (instance: string, n: number, resolved: boolean, over: Row = {}): Row => ({
  instance_id: `acme__${instance}-1`,
  repo: `acme/${instance}`,
  attempt: n,
  resolved,
  failure_category: resolved ? null : "wrong_fix",
  patch: patch(`${instance}_${n}`),
  problem_statement: `${instance} ${PROBLEM}`,
  localised_files: ["src/a.py", "src/b.py"],
  test_stdout: resolved ? "ok" : LOG,
  ...over,
});

const jsonl = (rows: readonly Row[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** @param workerFrom bytes of logs from which a worker thread helps. */
async function run(
  rows: readonly Row[] | string,
  over: Partial<RepairOptions> = {},
  workerFrom = Infinity,
) {
  const root = tempProject({ "logs/a.jsonl": typeof rows === "string" ? rows : jsonl(rows) });
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const options: RepairOptions = {
    ...OPTIONS,
    input: ["logs/*.jsonl"],
    format: ["chatml"],
    skipBad: false,
    ...over,
  };
  const begun = await beginRepair(root, options.input, workerFrom);
  const summary = await repair(testConfig(root), deps, options, begun);
  const folder = join(root, "dataset/repair");
  const all = (dir = ""): Row[] =>
    ["train", "val"].flatMap((split) => readJsonl(folder, dir, `${split}.jsonl`));
  const stats = JSON.parse(readFileSync(join(folder, "dataset_stats.json"), "utf8")) as Row;
  return { root, folder, summary, all, stats };
}

const filler = (n: number): Row[] =>
  Array.from({ length: n }, (_, i) => attempt(`filler${i}`, 1, true));

describe("--label takes attempts by how they ended", () => {
  const rows = [
    attempt("x", 1, false),
    attempt("x", 2, true),
    attempt("y", 1, true),
    attempt("z", 1, false),
  ];

  test("both labels are all attempts, as without the flag", async () => {
    const { summary, stats } = await run(rows, {
      label: ["success,FAILURE"],
      format: ["kto", "chatml"],
    });
    expect(summary).toMatchObject({ read: 4, kept: 4, dropped: {} });
    expect(stats["pairs"]).toEqual({ negative: 2, positive: 2, reflection: 1 });
  });

  test("FAILURE alone has failed patches only, which kto refuses as one-sided", async () => {
    await expect(run(rows, { label: ["FAILURE"], format: ["kto"] })).rejects.toThrow(
      "kto: all 2 rows",
    );
  });

  test.each([Infinity, 1])(
    "SUCCESS reads no failed attempt (worker from %j bytes)",
    async (from) => {
      const { summary, stats, all } = await run(rows, { label: ["SUCCESS"] }, from);
      expect(summary).toMatchObject({ read: 4, kept: 2, dropped: { label_failure: 2 } });
      expect(all().map((row) => (row["metadata"] as Row)["pair"])).toEqual([
        "positive",
        "positive",
      ]);
      expect(stats["category_counts"]).toEqual({});
    },
  );

  test("UNKNOWN leaves nothing: an attempt resolves its issue or fails", async () => {
    await expect(run(rows, { label: ["UNKNOWN"] })).rejects.toThrow(
      /every row was filtered out[^]*label_failure[^]*label_success/,
    );
  });
});

describe("pairs", () => {
  const rows = [
    attempt("x", 1, false),
    attempt("x", 2, false),
    attempt("x", 3, true),
    attempt("y", 1, true),
    attempt("z", 1, false),
  ];

  test("a resolved attempt is learned, and each failed one before it makes a reflection", async () => {
    const { all, stats } = await run(rows);
    const kinds = all().map((row) => (row["metadata"] as Row)["pair"]);
    expect(kinds.map(String).sort()).toEqual(["positive", "positive", "reflection", "reflection"]);
    expect(stats).toMatchObject({
      total_trajectories: 5,
      after_filter: 5,
      resolved: 2,
      unresolved_with_category: 3,
      augmented_pairs: 2,
      category_counts: { wrong_fix: 3 },
      filter_reasons: {},
    });
    expect(Number(stats["train_size"]) + Number(stats["val_size"])).toBe(4);
  });

  test("a failed patch is an answer to learn nowhere, in any format", async () => {
    const formats = [
      "chatml",
      "alpaca",
      "sharegpt",
      "openai",
      "prompt-completion",
      "kto",
      "preference",
    ];
    const { all } = await run(rows, { format: formats });
    const failed = ["x_1", "x_2", "z_1"].map(patch);
    for (const row of all()) {
      const turns = parseChatml(String(row["text"])) ?? [];
      expect(failed).not.toContain(turns.at(-1)?.content);
    }
    for (const row of all("openai")) {
      expect(failed).not.toContain((row["messages"] as Row[]).at(-1)?.["content"]);
    }
    for (const row of all("kto")) {
      const said = (row["completion"] as Row[])[0]?.["content"];
      expect(row["label"]).toBe(!failed.includes(String(said)));
    }
    for (const row of all("preference")) {
      expect(failed).not.toContain((row["chosen"] as Row[])[0]?.["content"]);
      expect(failed).toContain((row["rejected"] as Row[])[0]?.["content"]);
    }
    expect(all("kto").filter((row) => row["label"] === false)).toHaveLength(3);
    expect(all("preference")).toHaveLength(2);
  });

  test("the reflection shows the failed attempt, its category, first error and patch", async () => {
    const { all } = await run([attempt("x", 1, false), attempt("x", 2, true), ...filler(3)]);
    const row = all().find((one) => (one["metadata"] as Row)["pair"] === "reflection");
    const turns = parseChatml(String(row?.["text"])) ?? [];
    expect(turns[1]?.content).toBe(
      [
        "Repair this issue in the repository acme/x.",
        `## Issue\nx ${PROBLEM}`,
        "## Files that may matter\n- src/a.py\n- src/b.py",
        "## Previous attempt\nIt failed: wrong_fix.",
        `### First error\n\`\`\`\n${LOG.trimEnd()}\n\`\`\``,
        `### Its patch\n\`\`\`diff\n${patch("x_1").trimEnd()}\n\`\`\``,
      ].join("\n\n"),
    );
    expect(turns[2]?.content).toBe(patch("x_2"));
    expect(row?.["metadata"]).toMatchObject({
      attempt: 2,
      failed_attempt: 1,
      failure_category: "wrong_fix",
    });
  });

  test("an attempt that failed after the issue was resolved makes no reflection", async () => {
    const { stats } = await run([attempt("x", 1, true), attempt("x", 2, false), ...filler(2)]);
    expect(stats["augmented_pairs"]).toBe(0);
  });

  test("attempts are told by their number, not by their place in the logs", async () => {
    const { stats } = await run([
      attempt("x", 2, true),
      attempt("y", 1, true),
      attempt("x", 1, false),
    ]);
    expect(stats["augmented_pairs"]).toBe(1);
  });

  test("without numbers the order of the log counts", async () => {
    const none = { attempt: undefined };
    const { stats } = await run([
      attempt("x", 1, false, none),
      attempt("x", 2, true, none),
      ...filler(2),
    ]);
    expect(stats["augmented_pairs"]).toBe(1);
  });

  test("long issues, file lists and patches are cut at line ends and marked", async () => {
    const long = {
      problem_statement: `${"line of the issue\n".repeat(100)}end`,
      localised_files: Array.from({ length: 12 }, (_, i) => `f${i}.py`),
    };
    const big = `--- a/b.py\n+++ b/b.py\n@@ -1,60 +1,60 @@\n${"-old line here\n".repeat(60)}${"+new line here\n".repeat(60)}`;
    const { all } = await run([
      attempt("x", 1, false, { ...long, patch: big }),
      attempt("x", 2, true, long),
      ...filler(2),
    ]);
    const row = all().find((one) => (one["metadata"] as Row)["pair"] === "reflection");
    const asked = parseChatml(String(row?.["text"]))?.[1]?.content ?? "";
    expect(asked).toContain("line of the issue\n[... cut]\n\n## Files");
    expect(asked).toContain("- f7.py\n- [... more]\n\n## Previous");
    expect(asked).toContain("-old line here\n[... cut]\n```");
    expect(asked.match(/line of the issue/g)).toHaveLength(55);
  });
});

describe("filters", () => {
  test.each([
    ["unknown_category", { failure_category: "unknown", test_stdout: "" }, false],
    ["unknown_category", { failure_category: null, test_stdout: "OK", patch: "" }, false],
    ["empty_patch", { patch: "  \n" }, true],
    ["empty_patch", { patch: null }, true],
    ["invalid_patch_format", { patch: "just change it" }, true],
    ["invalid_patch_format", { patch: patch("a").replace("+new a\n", "") }, true],
    ["invalid_patch_format", { patch: "x".repeat(9000) }, true],
    ["patch_too_long", { patch: patch("a".repeat(2000)) }, true],
    ["problem_too_short", { problem_statement: "too short to learn from" }, true],
    ["problem_too_short", { problem_statement: null }, true],
  ])("leaves out with %s: %j", async (reason, over, resolved) => {
    const { summary, folder, stats } = await run([attempt("x", 1, resolved, over), ...filler(3)]);
    expect(summary).toMatchObject({ read: 4, kept: 3, dropped: { [reason]: 1 } });
    expect(stats).toMatchObject({
      total_trajectories: 4,
      after_filter: 3,
      filter_reasons: { [reason]: 1 },
    });
    expect(readJsonl(folder, "skipped.jsonl")).toEqual([
      {
        instance_id: "acme__x-1",
        reason,
        source_fields: expect.objectContaining({
          has_patch: Boolean((over as Row)["patch"] ?? !("patch" in over)),
        }),
        length: expect.any(Number),
      },
    ]);
  });

  test("limits are inclusive, and flags win", async () => {
    const exact = patch("q");
    const twenty = Array.from({ length: 20 }, (_, i) => `w${i}`).join(" ");
    const rows = [attempt("x", 1, true, { patch: exact, problem_statement: twenty }), ...filler(2)];
    expect((await run(rows, { maxPatchChars: 8000 })).summary.dropped).toEqual({});
    expect(
      (await run([rows[0] as Row, ...filler(2)], { minProblemWords: 21 })).summary.dropped,
    ).toEqual({ problem_too_short: 1 });
    const kept = await run([rows[0] as Row], { maxPatchChars: exact.length });
    expect(kept.summary.kept).toBe(1);
  });

  test("a missing category is derived from the log", async () => {
    const { stats } = await run([attempt("x", 1, false, { failure_category: null }), ...filler(2)]);
    expect(stats["category_counts"]).toEqual({ attribute_type: 1 });
  });

  test("what the logs tell is counted by runner and category, and logs without a reason apart", async () => {
    const told = { failure_category: null };
    const { stats, summary } = await run([
      attempt("x", 1, false, told),
      attempt("x", 2, false, {
        ...told,
        test_stdout: "--- FAIL: TestA\n    a_test.go:8: want 4\n",
      }),
      attempt("x", 3, false, { ...told, test_stdout: "building\nstopped\n" }),
      attempt("x", 4, true),
    ]);
    expect(stats).toMatchObject({
      category_counts: { assertion: 1, attribute_type: 1, runtime: 1 },
      runner_category_counts: { "go test: assertion": 1, "python: attribute_type": 1 },
      unread_logs: 1,
    });
    expect(summary.notes).toContain(
      "failures read from logs: go test: assertion 1, python: attribute_type 1",
    );
    expect(summary.notes).toContain("1 logs give no reason: category runtime");
  });

  test("a patch that does not apply is the failed side of a pair, and never an answer", async () => {
    const broken = patch("x_1").replace("+new x_1\n", "");
    const rows = [
      attempt("x", 1, false, { patch: broken, failure_category: "patch_apply" }),
      attempt("x", 2, true),
      attempt("y", 1, true, { patch: broken }),
      attempt("z", 1, false, { patch: "just change it" }),
    ];
    const { all, summary } = await run(rows, { format: ["preference", "chatml"] });
    expect(summary.dropped).toEqual({ invalid_patch_format: 2 });
    const pairs = all();
    expect(pairs).toHaveLength(1);
    expect((pairs.at(0)?.["rejected"] as Row[] | undefined)?.[0]?.["content"]).toBe(broken);
    const texts = all("chatml").map((row) => String(row["text"]));
    expect(
      texts.some((text) => text.includes(`### Its patch\n\`\`\`diff\n${broken.trimEnd()}`)),
    ).toBe(true);
    expect(texts.every((text) => parseChatml(text)?.at(-1)?.content !== broken)).toBe(true);
  });

  test("the real logs are all kept as labelled rows, with a loud word about the benchmark", async () => {
    const { summary, all } = await run(
      `${readFileSync("test/fixtures/real/testlogs_failed.jsonl", "utf8")}${jsonl(filler(20))}`,
      { format: ["kto"] },
    );
    expect(summary).toMatchObject({ read: 40, kept: 40 });
    expect(all().filter((row) => row["label"] === false)).toHaveLength(20);
    expect(summary.notes.join("\n")).toContain(
      "WARNING: 17 of the issues are test problems of SWE-bench Lite or Verified",
    );
  });
});

describe("bad input", () => {
  test("a broken line names file and line; --skip-bad counts it", async () => {
    const text = `${jsonl(filler(3))}{"instance_id": "x", \n${jsonl([attempt("y", 1, true)])}`;
    await expect(run(text)).rejects.toMatchObject({
      message: expect.stringMatching(/a\.jsonl line 4 is of no use: .*JSON/),
      hint: "mend or delete that line, or run again with --skip-bad to count such lines and go on",
    });
    const { stats, summary } = await run(text, { skipBad: true });
    expect(stats).toMatchObject({ bad_lines: 1, total_trajectories: 4 });
    expect(summary.notes).toContain("1 bad lines were passed over (--skip-bad)");
  });

  test.each([
    [{ resolved: "yes" }, 'line 4 is of no use: resolved is "yes"; expected true or false'],
    [{ instance_id: 7 }, "line 4 is of no use: instance_id is 7; expected a text"],
    [{ patch: ["a"] }, 'line 4 is of no use: patch is ["a"]; expected a text'],
    [{ attempt: "first" }, 'line 4 is of no use: attempt is "first"; expected a number'],
    [
      { localised_files: "a.py" },
      'line 4 is of no use: localised_files is "a.py"; expected a list of paths',
    ],
  ])("a wrong type names file, line and column: %j", async (over, message) => {
    await expect(run([...filler(3), attempt("x", 1, true, over)])).rejects.toThrow(message);
  });

  test("a missing column names the nearest one there is", async () => {
    const rows = filler(2).map(({ patch: p, ...row }) => ({ ...row, patches: p }));
    await expect(run(rows)).rejects.toMatchObject({
      message: expect.stringContaining(
        'has no column "patch"; did you mean "patches"? (columns of its first row: instance_id, repo,',
      ),
      hint: "rename the columns: a repair log needs instance_id, resolved, patch, problem_statement",
    });
  });

  test("an input that matches nothing says where it looked", async () => {
    await expect(run(filler(1), { input: ["nothing/*.jsonl"] })).rejects.toMatchObject({
      message: expect.stringMatching(/^--input nothing\/\*\.jsonl matches nothing in \//),
    });
  });

  test("an empty log is an error, and leaves no folder", async () => {
    await expect(run("")).rejects.toThrow("repair: there are no rows for the formats asked for");
    await expect(run("{broken\n", { skipBad: true })).rejects.toThrow(
      "so there is no set to write\n  1 bad lines were passed over (--skip-bad)",
    );
  });

  test("everything filtered out is an error with a table of reasons", async () => {
    const rows = [
      attempt("a", 1, true, { patch: "" }),
      attempt("b", 1, true, { patch: "" }),
      attempt("c", 1, true, { patch: "x" }),
    ];
    await expect(run(rows)).rejects.toThrow(
      "repair: every row was filtered out, so there is no set to write\n  2  empty_patch\n  1  invalid_patch_format",
    );
  });

  test.each([
    [{ format: ["chatlm"] }, 'unknown format "chatlm"'],
    [{ groupBy: "rep" }, 'unknown grouping "rep"; known are repo, instance'],
    [{ valFraction: "1.5" }, '--val-fraction is "1.5"; expected a number from 0 to 1'],
    [{ nearDuplicate: "x" }, '--near-duplicate is "x"; expected a number from 0 to 1'],
    [{ seed: "a" }, '--seed is "a"; expected a whole number'],
    [{ price: "-1" }, '--price is "-1"; expected USD per million tokens'],
    [{ tokenizer: "/none.json" }, "--tokenizer /none.json is not there"],
  ])("flag %j is told what it may be", async (over, message) => {
    await expect(run(filler(2), over)).rejects.toThrow(message);
  });
});

describe("in a worker thread", () => {
  const rows = [
    ...filler(40),
    attempt("x", 1, false),
    attempt("e", 1, true, { patch: "" }),
    ...[1, 2, 3, 4].map((n) => attempt(`failed-${n}`, 1, false)),
    ...filler(100).slice(40),
    attempt("x", 2, true),
  ];

  test("large logs give the same set, byte for byte", async () => {
    const over = { format: ["chatml", "kto", "preference"], parquet: true };
    const here = await run(rows, over);
    const there = await run(rows, over, 0);
    expect(there.summary).toMatchObject({ read: 107, kept: 106, dropped: { empty_patch: 1 } });
    expect(snapshot(there.folder)).toEqual(snapshot(here.folder));
  });

  test("a fault of the logs is told as ever, and leaves no folder", async () => {
    const whole = jsonl(rows);
    await expect(run(`${whole}{broken\n`, {}, 0)).rejects.toMatchObject({
      message: expect.stringMatching(/a\.jsonl line 108 is of no use/),
      hint: "mend or delete that line, or run again with --skip-bad to count such lines and go on",
    });
    // Of two faults the first one is told, whichever thread is quicker.
    await expect(run(`{broken\n${whole}{broken\n`, {}, 0)).rejects.toThrow("line 1 is of no use");
    const skipped = await run(`${whole}{broken\n`, { skipBad: true }, 0);
    expect(skipped.summary.notes.join()).toContain("1 bad lines were passed over");
  });

  test("a model's chat template is loaded there too", async () => {
    const chat_template = "{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}";
    const root = tempProject({ "t.json": JSON.stringify({ chat_template }) });
    const over = { tokenizerConfig: join(root, "t.json") };
    const here = await run(rows, over);
    const there = await run(rows, over, 0);
    expect(there.all()[0]?.["text"]).toContain("[user] Repair this issue");
    expect(snapshot(there.folder)).toEqual(snapshot(here.folder));
  });
});

test("rows with NUL, lone surrogates, CRLF, a BOM and 100 kB go through, gzipped or not", async () => {
  const odd = attempt("odd", 1, true, {
    problem_statement: `\u0000\ud800 crlf\r\n${PROBLEM} ${"y".repeat(100_000)}`,
  });
  const { root, folder } = await run(`\uFEFF${jsonl([odd, ...filler(4)])}`);
  expect(readFileSync(join(folder, "train.jsonl"), "utf8")).not.toContain("\\ud800");
  writeFileSync(join(root, "logs/b.jsonl.gz"), gzipSync(jsonl(filler(4))));
  const summary = await repair(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    {
      ...OPTIONS,
      input: ["logs/b.jsonl.gz"],
      output: "elsewhere",
      skipBad: false,
    },
  );
  expect(summary.kept).toBe(4);
  expect(existsSync(join(root, "elsewhere/train.jsonl"))).toBe(true);
});

test("the script writes the set and prints the counts; run again it says that it is done, and with other settings that the folder is not empty", async () => {
  const root = tempProject({ "logs/a.jsonl": jsonl(filler(10)) });
  const args = ["--root", root, "--input", "logs/*.jsonl", "--format", "chatml,alpaca", "--json"];
  const first = await runScriptFile("repair", args);
  expect(first.stderr).toContain("repair: 10 read, 10 kept, 0 dropped");
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ stage: "repair", read: 10, kept: 10 });
  const again = await runScriptFile("repair", args);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain("made from the same input with the same settings: nothing to do");
  expect(JSON.parse(again.stdout)).toMatchObject({ stage: "repair", read: 10, kept: 10 });
  const other = await runScriptFile("repair", [...args, "--seed", "7"]);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain(
    "is not empty (README.md, alpaca, dataset_stats.json, train.jsonl, val.jsonl)",
  );
});

test("a set whose input changed, or that was changed itself, is not taken for done", async () => {
  const root = tempProject({ "logs/a.jsonl": jsonl(filler(10)) });
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const options: RepairOptions = { ...OPTIONS, input: ["logs/*.jsonl"], skipBad: false };
  const build = (): Promise<unknown> => repair(testConfig(root), deps, options);
  await build();
  expect(await build()).toMatchObject({
    notes: [
      expect.stringContaining("nothing to do (--force builds it anew)") as string,
      expect.stringContaining("train ") as string,
      expect.stringContaining("longest row ") as string,
    ],
  });
  const stats = join(root, "dataset/repair/dataset_stats.json");
  const whole = readFileSync(stats, "utf8");
  writeFileSync(stats, whole.replace('"rows"', '"lines"'));
  await expect(build()).rejects.toThrow(/is not empty/);
  writeFileSync(stats, whole);
  await build();
  writeFileSync(join(root, "logs/a.jsonl"), jsonl(filler(12)));
  await expect(build()).rejects.toThrow(/is not empty/);
});
