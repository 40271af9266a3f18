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
  expect(stdout).toContain("| final | 0 | 6 |");
  expect(stdout).toContain("24 turns scored on both sides");
  expect(stdout).toContain("16 turns changed bucket");
  const json = JSON.parse((await runScriptFile("compare", [a, b, "--json"])).stdout) as {
    n_paired: number;
  };
  expect(json.n_paired).toBe(24);
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
