import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "../support/project.ts";

const run = (
  args: readonly string[],
  input = "",
): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ["kingmaker.cjs", ...args], { input, encoding: "utf8" });

test.each([
  ["ls -la src", 0, ""],
  [
    '{"tool_name":"Bash","tool_input":{"command":"rm -rf src"}}',
    2,
    "refused: rm is not known to only look\n",
  ],
])("readonly-guard on %s ends with %i", (input, status, stderr) => {
  const said = run(["readonly-guard"], input);
  expect({ status: said.status, stdout: said.stdout, stderr: said.stderr }).toEqual({
    status,
    stdout: "",
    stderr,
  });
});

test("label writes a line a run and counts what it read, kept and left out on stderr", () => {
  const root = tempProject({});
  const run1 = {
    instance_id: "a__b-1",
    resolved: true,
    messages: [
      { role: "user", content: "x" },
      { role: "assistant", content: "Done." },
    ],
  };
  const path = join(root, "runs.jsonl");
  writeFileSync(path, `${JSON.stringify(run1)}\n{"instance_id":"a__b-2","messages":5}\nnot JSON\n`);
  const { status, stdout, stderr } = run(["label", path, "--skip-bad", "--root", root]);
  expect(status).toBe(0);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    {
      id: "a__b-1",
      label: "SUCCESS",
      reasons: ["verdict_success", "submitted", "submitted_without_tests"],
    },
  ]);
  expect(stderr).toContain("3 runs read");
  expect(stderr).toContain("bad_row                  1");
  expect(stderr).toContain("bad_line                 1");
});
