import { expect, test } from "vitest";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

test("what an error quotes is shown, not sent to the terminal as an escape code", async () => {
  const root = tempProject({ "chain.toml": '[king]\nprovider = "\\u001b[31mred"\n' });
  const run = await runScriptFile("king", ["--root", root]);
  expect(run.code).toBe(1);
  expect(run.stderr).not.toContain("\u001b");
  expect(run.stderr).toContain("[ESC][31mred");
});
