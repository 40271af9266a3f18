import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { countLines, emptyCounts, labelledRuns } from "../../src/stages/label.ts";
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
