import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runScriptFile } from "./support/scripts.ts";
import { tempProject } from "./support/project.ts";
import { judgedWorkspace } from "./support/workspace.ts";

test("npm run compare puts two workspaces side by side", async () => {
  const a = await judgedWorkspace();
  const b = await judgedWorkspace({}, "[bucket]\nfinal_min = 70\ndefeat_max = 60\n");
  const { code, stdout, stderr } = await runScriptFile("compare", [a, b]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^final +0 +6$/m);
  expect(stdout).not.toMatch(/&[a-z#]|\\/);
  expect(stdout).toContain("24 turns scored on both sides");
  expect(stdout).toContain("16 turns changed bucket");
  const kept = (await runScriptFile("compare", [a, b, "--markdown"])).stdout;
  expect(kept).toContain("| final | 0 | 6 |");
  const json = JSON.parse((await runScriptFile("compare", [a, b, "--json"])).stdout) as {
    n_paired: number;
  };
  expect(json.n_paired).toBe(24);
});

test("a workspace is not compared with itself, whatever it is called", async () => {
  const root = await judgedWorkspace();
  const link = join(tempProject(), "link");
  symlinkSync(root, link);
  const said = await runScriptFile("compare", [root, link]);
  expect(said).toMatchObject({ code: 1, stdout: "" });
  expect(said.stderr).toContain("compare: both names are the folder ");
  expect(said.stderr).toContain(
    "  -> name two workspaces, for example: npm run compare -- run-a run-b",
  );
});

test("a workspace that is not there, or holds nothing, is named with what to do", async () => {
  const root = await judgedWorkspace();
  const empty = tempProject({ "answer/.gitkeep": "" });
  const missing = await runScriptFile("compare", [root, join(empty, "gone")]);
  expect(missing).toMatchObject({ code: 1, stdout: "" });
  expect(missing.stderr).toContain("is not a folder\n  -> make it first, or name another");
  const nothing = await runScriptFile("compare", [root, empty]);
  expect(nothing).toMatchObject({ code: 1, stdout: "" });
  expect(nothing.stderr).toContain(
    "has no answers in answer/\n  -> name two workspaces in which the stages have run",
  );
});
