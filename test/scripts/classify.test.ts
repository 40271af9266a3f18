import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempProject } from "../support/project.ts";

const FILE = "test/fixtures/real/actions_labelled.jsonl";

type Run = { code: number; stdout: string; stderr: string };
const classify = (...args: string[]): Promise<Run> =>
  promisify(execFile)(process.execPath, ["kingmaker.cjs", "classify", ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Run) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );

test("classify writes every row in order with action_type added and nothing else changed", async () => {
  const { code, stdout } = await classify(FILE);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const given = readFileSync(FILE, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(code).toBe(0);
  expect(rows).toEqual(rows.map(({ action_type }, at) => ({ ...given[at], action_type })));
  expect(rows).toHaveLength(given.length);
  expect(rows.every((row) => typeof row["action_type"] === "string")).toBe(true);
});

test("classify names file and line of a broken line, and goes on with --skip-bad", async () => {
  const root = tempProject({ "a.jsonl": '{"content":"done"}\n{"content":\n\n{"content":null}\n' });
  const path = join(root, "a.jsonl");
  const stopped = await classify(path);
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain(`${path} line 2 is not JSON: `);
  expect(stopped.stderr).toContain("  -> mend or delete that line, or run again with --skip-bad");
  const skipped = await classify(path, "--skip-bad");
  expect(skipped.code).toBe(0);
  expect(skipped.stdout).toBe(
    '{"content":"done","action_type":"final_answer"}\n{"content":null,"action_type":"BLOCKED"}\n',
  );
  expect(skipped.stderr).toBe("1 lines are not JSON and were left out\n");
});

test("classify says that a folder is one", async () => {
  const { code, stderr } = await classify("docs");
  expect(code).toBe(1);
  expect(stderr).toBe("docs is a folder\n  -> name a JSON Lines file in it\n");
});

test("classify says which file is not there", async () => {
  const { code, stderr } = await classify("no-such.jsonl");
  expect(code).toBe(1);
  expect(stderr).toBe("no-such.jsonl is not there\n  -> name a JSON Lines file that exists\n");
});

test("classify --failures writes every log in order with what went wrong added", async () => {
  const text = "--- FAIL: TestMean (0.00s)\n    a_test.go:8: want 4\nFAIL\n";
  const rows = [
    { id: "a", text, exit_code: 1 },
    { id: "b", text: "ok  \tx\t1s\n", exit_code: 0 },
  ];
  const root = tempProject({ "a.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
  const { code, stdout } = await classify(join(root, "a.jsonl"), "--failures");
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    {
      ...rows[0],
      category: "assertion",
      context: "    a_test.go:8: want 4",
      runner: "go test",
      known: true,
      file: "a_test.go",
      line: 8,
      tests: ["TestMean"],
    },
    { ...rows[1], category: null, context: "", runner: null, known: true },
  ]);
});

test("classify --failures says which row is no log, and goes on with --skip-bad", async () => {
  const path = join(
    tempProject({ "a.jsonl": '{"content":"x"}\n{"text":"x","exit_code":0}\n' }),
    "a.jsonl",
  );
  const stopped = await classify(path, "--failures");
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain(`${path} line 1 has no "text"; expected a test log`);
  const skipped = await classify(path, "--failures", "--skip-bad");
  expect(skipped.code).toBe(0);
  expect(skipped.stderr).toBe("1 lines are no test logs and were left out\n");
});
