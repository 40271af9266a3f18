import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readJsonl } from "../support/dataset.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

test("stage:speedrun and summarize work from the command line", async () => {
  const root = tempProject();
  const dataset = resolve("test/fixtures/real/swebench.jsonl");
  const made = await runScriptFile("speedrun", [
    "--root",
    root,
    "--dataset",
    dataset,
    "--emit-test",
    "--min-patch-chars",
    "400",
    "--skipped-report",
    "skip.jsonl",
    "--json",
  ]);
  expect(made.code).toBe(0);
  expect(made.stderr).toContain(
    "!!! WARNING: benchmark test instances are about to become training data !!!",
  );
  expect(JSON.parse(made.stdout)).toMatchObject({
    stage: "speedrun",
    read: 65,
    kept: 64,
    dropped: { short_patch: 1 },
  });
  expect(readJsonl(root, "skip.jsonl")).toHaveLength(1);

  const file = join(root, "dataset/speedrun/dev.jsonl");
  const said = await runScriptFile("summarize", [file, "--svg", join(root, "set.svg")]);
  expect(said.code).toBe(0);
  expect(said.stdout).toContain(`${file}: ${readJsonl(file).length} rows (prompt-completion `);
  expect(said.stdout).toContain("  label: SUCCESS ");
  expect(said.stdout).toContain(`drawn in ${join(root, "set.svg")}`);

  const quiet = await runScriptFile("summarize", [file]);
  expect(quiet.stdout).not.toContain("drawn in");
  expect(existsSync(`${file}.svg`)).toBe(false);
});
