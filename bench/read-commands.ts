/**
 * The second half of npm run bench:read: how fast commands and runs are read, and in how much memory.
 * Beside another build: `node --import tsx bench/read-commands.ts` there, with the same files.
 */
import { readFileSync } from "node:fs";
import { actsOf } from "../src/core/actions/acts.ts";
import { classifyAction } from "../src/core/actions/classify.ts";
import { shellKind } from "../src/core/actions/shell-kind.ts";
import { trajectoryOf } from "../src/core/sample/shapes.ts";

const FILES = ["trajectories", "smith_tool"].map((name) => `test/fixtures/real/${name}.jsonl`);

const rows = FILES.flatMap((file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => Object.fromEntries(Object.entries(JSON.parse(line)))),
);
const turns = rows.flatMap((row) => {
  const read = trajectoryOf(row, "keep");
  return read.ok ? read.value.run.messages.filter(({ role }) => role === "assistant") : [];
});
const scripts = turns.flatMap(({ content, tool_calls }) =>
  actsOf(content, tool_calls).flatMap((act) => (act.kind === "shell" ? [act.script] : [])),
);
const fresh = [...new Set(scripts)];

shellKind("ls 'a'"); // The grammar is loaded once, before anything is timed.
report("commands, each once", fresh.length, () => {
  for (const script of fresh) shellKind(script);
});
report("commands as they come", scripts.length, () => {
  for (const script of scripts) shellKind(script);
});
report("runs", rows.length, () => {
  for (const row of rows) {
    const read = trajectoryOf(row, "keep");
    if (!read.ok) continue;
    for (const { role, content, tool_calls } of read.value.run.messages)
      if (role === "assistant") classifyAction({ content, tool_calls });
  }
});

function report(what: string, count: number, work: () => void): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const mib = process.memoryUsage.rss() / 2 ** 20;
  process.stdout.write(
    `${what.padEnd(24)} ${String(count).padStart(6)}  ${(count / seconds).toFixed(0).padStart(8)} a CPU second  RSS ${mib.toFixed(0)} MiB\n`,
  );
}
