/**
 * Part of npm run bench:read: how fast the commands and runs of the real fixtures are read by the sources
 * under a folder, this checkout's or an older one's. Usage: read-commands.ts FOLDER; prints a line of JSON.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const root = resolve(process.argv[2] ?? ".");
const { actsOf } = (await load("actions/acts.ts")) as typeof import("../src/core/actions/acts.ts");
const { classifyAction } = (await load(
  "actions/classify.ts",
)) as typeof import("../src/core/actions/classify.ts");
const { shellKind } = (await load(
  "actions/shell-kind.ts",
)) as typeof import("../src/core/actions/shell-kind.ts");
const { trajectoryOf } = (await load(
  "sample/shapes.ts",
)) as typeof import("../src/core/sample/shapes.ts");

const rates: Record<string, { readonly count: number; readonly cpuS: number }> = {};

const FILES = ["trajectories", "smith_tool"].map((name) => `test/fixtures/real/${name}.jsonl`);

const rows = FILES.flatMap((file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => Object.fromEntries(Object.entries(JSON.parse(line)))),
);
const turns = rows.flatMap((row) => messagesOf(row).filter(({ role }) => role === "assistant"));
const scripts = turns.flatMap(({ content, tool_calls }) =>
  actsOf(content, tool_calls).flatMap((act) => (act.kind === "shell" ? [act.script] : [])),
);
const fresh = [...new Set(scripts)];

shellKind("ls 'a'"); // The grammar is loaded once, before anything is timed.
report("fresh", fresh.length, () => {
  for (const script of fresh) shellKind(script);
});
report("commands", scripts.length, () => {
  for (const script of scripts) shellKind(script);
});
report("runs", rows.length, () => {
  for (const row of rows) {
    for (const { role, content, tool_calls } of messagesOf(row))
      if (role === "assistant") classifyAction({ content, tool_calls });
  }
});

process.stdout.write(`${JSON.stringify(rates)}\n`);

function load(name: string): Promise<unknown> {
  return import(pathToFileURL(join(root, "src/core", name)).href);
}

/** Older builds held the messages a level higher. */
function messagesOf(row: Record<string, unknown>) {
  const read = trajectoryOf(row, "keep");
  if (!read.ok) return [];
  const value: Partial<typeof read.value> & { messages?: typeof read.value.run.messages } =
    read.value;
  return value.run?.messages ?? value.messages ?? [];
}

function report(what: string, count: number, work: () => void): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  rates[what] = { count, cpuS: (user + system) / 1e6 };
}
