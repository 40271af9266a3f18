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

test("classify says which file is not there", async () => {
  const { code, stderr } = await classify("no-such.jsonl");
  expect(code).toBe(1);
  expect(stderr).toBe("no-such.jsonl is not there\n  -> name a JSON Lines file that exists\n");
});
