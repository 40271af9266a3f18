import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import {
  countLines,
  emptyCounts,
  labelledRuns,
  type LabelOptions,
} from "../../src/stages/label.ts";
import { tempProject } from "../support/project.ts";

const messages = [
  { role: "user", content: "Mend it." },
  { role: "assistant", content: "THOUGHT: I look.\n\n```bash\nls\n```" },
];

test("a verdict in any spelling decides, and one that cannot be read is a counted drop", async () => {
  const rows = [{ resolved: 0 }, { resolved: "True" }, { resolved: "perhaps" }, {}];
  const lines = rows.map((verdict, index) =>
    JSON.stringify({ instance_id: `a__b-${index}`, messages, ...verdict }),
  );
  const root = tempProject({ "runs.jsonl": `${lines.join("\n")}\n` });
  const counts = emptyCounts();
  const options = { names: [join(root, "runs.jsonl")], skipBad: false };
  const labels: Record<string, string> = {};
  for await (const { id, label } of labelledRuns(loadConfig(root), options, counts)) {
    labels[id] = label;
  }
  expect(labels).toEqual({ "a__b-0": "FAILURE", "a__b-1": "SUCCESS", "a__b-3": "UNKNOWN" });
  expect(counts.read).toBe(4);
  expect(Object.fromEntries(counts.drops)).toEqual({ verdict_unreadable: 1 });
  expect(countLines(counts).join("\n")).toContain("verdict_unreadable       1");
});

test("a folder gives its runs without caches and programs' own files, even where its own name begins with a dot", async () => {
  const row = (id: string): string =>
    `${JSON.stringify({ traj_id: id, messages, resolved: true })}\n`;
  const root = tempProject({
    ".claude/projects/a.jsonl": row("a"),
    ".claude/projects/.codex/b.jsonl": row("b"),
    ".claude/projects/answer/.facts.jsonl": "a cache, no JSON\n",
    ".claude/projects/.git/c.jsonl": row("c"),
  });
  const counts = emptyCounts();
  const ids: string[] = [];
  const options = { names: [join(root, ".claude/projects")], skipBad: false };
  for await (const { id } of labelledRuns(loadConfig(root), options, counts)) ids.push(id);
  expect(ids.sort()).toEqual(["a", "b"]);
});

const FIXTURE = resolve("test/fixtures/real/smith_tool.jsonl");

async function labelled(root: string, over: Partial<LabelOptions> = {}) {
  const counts = emptyCounts();
  const runs = [];
  const options = { names: [FIXTURE], skipBad: true, ...over };
  for await (const run of labelledRuns(loadConfig(root, {}), options, counts)) runs.push(run);
  return { runs, counts };
}

test("a run with a verdict is labelled by it, unless it is hidden", async () => {
  const root = tempProject();
  const { runs, counts } = await labelled(root);
  const told = runs.filter(({ verdict }) => verdict !== null);
  expect(told.length).toBeGreaterThan(5);
  expect(told.filter(({ label, verdict }) => label !== verdict?.toUpperCase())).toEqual([]);
  expect(counts.read).toBe(runs.length);

  const hidden = await labelled(root, { hideVerdict: true });
  expect(hidden.runs.flatMap(({ reasons }) => reasons)).not.toContain("verdict_success");
  expect(hidden.counts.labels.UNKNOWN).toBeGreaterThan(counts.labels.UNKNOWN);
});

test("lines that are not JSON are counted", async () => {
  const lines = [JSON.stringify({ instance_id: "a__b-1", messages }), "not json"];
  const root = tempProject({ "runs.jsonl": `${lines.join("\n")}\n` });
  const { runs, counts } = await labelled(root, { names: ["runs.jsonl"] });
  expect(runs).toHaveLength(1);
  expect(counts.read).toBe(2);
  expect(Object.fromEntries(counts.drops)).toEqual({ bad_line: 1 });
});
