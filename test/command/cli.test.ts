import { expect, test } from "vitest";
import { summaryLines } from "../../src/command/cli.ts";
import type { StageSummary } from "../../src/work.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

test("what an error quotes is shown, not sent to the terminal as an escape code", async () => {
  const root = tempProject({ "chain.toml": '[king]\nprovider = "\\u001b[31mred"\n' });
  const run = await runScriptFile("king", ["--root", root]);
  expect(run.code).toBe(1);
  expect(run.stderr).not.toContain("\u001b");
  expect(run.stderr).toContain("[ESC][31mred");
});

const SUMMARY: StageSummary = {
  stage: "king",
  read: 3,
  kept: 0,
  dropped: {},
  pending: 3,
  asked: 3,
  notes: ["m: 3 items in a row were refused (3 times)", "another note"],
  stopped: { why: "settings", message: "m: 3 items in a row were refused" },
};

test("why a stage stopped is said once, with how often it came and what to change", () => {
  const mend = { message: "m: 3 items in a row were refused", hint: "look at the key" };
  const other = { message: "n: no such model", hint: "look at the name" };
  expect(summaryLines({ ...SUMMARY, to_mend: [mend, other] })).toEqual([
    "king: 3 read, 0 kept, 0 dropped, 3 pending; 3 model calls",
    "  stopped early: m: 3 items in a row were refused (3 times)\n  -> look at the key",
    "  another note",
    "king: n: no such model\n  -> look at the name",
  ]);
});
