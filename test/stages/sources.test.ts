import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { sources } from "../../src/stages/sources.ts";
import { testHub } from "../support/hub.ts";
import { hubSets, PULLS, TRAJECTORIES } from "../support/hub-sets.ts";
import { tempProject } from "../support/project.ts";

const REAL = join(import.meta.dirname, "../fixtures/real");

async function describe(name: string, files: Record<string, unknown> = {}): Promise<string> {
  const root = tempProject(files);
  const options = { name, rows: 60, skipBad: false, concurrency: 8, purpose: "look" };
  const { lines } = await sources(loadConfig(root, {}), { store: openStore(root) }, options);
  return lines.join("\n");
}

const off = { "chain.toml": "[source]\nexclude_benchmarks = false\nmax_per_instance = 0\n" };

test.each([
  ["trajectories.jsonl", "69 rows", "trajectories: turns are drawn from them"],
  ["smith_tool.jsonl", "16 rows", "trajectories: turns are drawn from them"],
  ["toolbench.jsonl", "25 rows", "trajectories: turns are drawn from them"],
  ["toolcall_conversations.jsonl", "7 rows", "trajectories: turns are drawn from them"],
  ["prs.jsonl", "53 rows", "pull-request records"],
  ["swebench.jsonl", "65 rows", "pull-request records"],
])("%s is shown with its rows, its columns and its shape", async (file, rows, shape) => {
  const text = await describe(join(REAL, file), off);
  expect(text).toContain(rows);
  expect(text).toContain(`shape: ${shape}`);
  if (shape.startsWith("traj")) expect(text).toMatch(/example: .*, turn \d+, row \d+ of /);
});

test("rows of Multi-SWE-bench are pull-request records too", async () => {
  const row = { org: "o", repo: "r", number: 7, title: "t", body: "b", fix_patch: "--- a\n+++ b" };
  const root = tempProject({ "multi.jsonl": `${JSON.stringify(row)}\n` });
  expect(await describe(join(root, "multi.jsonl"))).toContain("shape: pull-request records");
});

test("a name that is nowhere is told as it was typed", async () => {
  await expect(describe("codex")).rejects.toThrow(/^"codex" matches nothing in \//);
});

test("what the filters drop is counted with its meaning", async () => {
  const text = await describe(join(REAL, "trajectories.jsonl"));
  expect(text).toContain("benchmark_instance 37");
  expect(text).toContain("an instance of SWE-bench Lite or Verified");
});

test("a Hub set is shown with its commit and the cost of every way", async () => {
  const hub = await testHub(await hubSets({ pages: true, viewer: true }));
  const files = {
    "chain.toml": `[source]\nviewer_url = "${hub.viewerUrl}"\ncount = 100\n`,
    ".env": `HF_ENDPOINT=${hub.url}\n`,
  };
  const text = await describe(TRAJECTORIES, files);
  expect(text).toContain("o/trajectories at commit t1\n  2 files, 500 rows, 5 row groups");
  expect(text).toMatch(/100 turns would cost:\n {4}viewer 0\.1 MB in 100 requests\n {4}pages \d/);
  expect(await describe(PULLS, files)).toContain("shape: pull-request records");
});

test("a look at a set leaves what a stopped draw has kept of it", async () => {
  const hub = await testHub(await hubSets({ pages: true }));
  const root = tempProject({
    ".env": `HF_ENDPOINT=${hub.url}\n`,
    ".cache/rows/draw-o__trajectories-t1.jsonl": '{"k":"0/1/*","v":{}}\n',
  });
  const options = { name: TRAJECTORIES, rows: 5, skipBad: false, concurrency: 8, purpose: "look" };
  await sources(loadConfig(root, {}), { store: openStore(root) }, options);
  expect(await openStore(root).list(".cache/rows")).toEqual(["draw-o__trajectories-t1.jsonl"]);
});

test("escape codes in an example, its name and its columns are shown, not sent to the terminal", async () => {
  const row = {
    instance_id: "o__n-1\u001b]0;title\u0007\nmore",
    "\u001b[2Jcolumn": 1,
    messages: [
      { role: "user", content: "u" },
      { role: "assistant", content: "\u001b[31mred" },
    ],
  };
  const text = await describe("t.jsonl", { "t.jsonl": JSON.stringify(row) });
  expect(text).toContain("[ESC][31mred");
  expect(text).toContain("example: o__n-1[ESC]]0;title[BEL][LF]more");
  expect(text).toContain("[ESC][2Jcolumn");
  expect(text).not.toContain("\u001b");
});

test("a folder without files is said to hold none", async () => {
  const root = tempProject();
  mkdirSync(join(root, "empty"));
  await expect(describe(join(root, "empty"))).rejects.toThrow(
    /^".*empty": the folder .*empty holds no files$/,
  );
});
