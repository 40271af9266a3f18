/**
 * Logs that real agents wrote against a scripted model, beside what the model really said: every turn
 * that can be learned, with its calls, arguments, results and reasoning, and nothing that is none.
 */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { threadsOf } from "../../../src/drawing/logs/codex-files.ts";
import { findLogs } from "../../../src/drawing/logs/find.ts";
import { readLog } from "../../../src/drawing/logs/read.ts";
import type { Run } from "../../../src/core/formats/run.ts";
import { readLogs } from "../../support/logs.ts";
import { canReadSqlite } from "../../support/sqlite.ts";
import { compareRuns, expectedRuns } from "../../support/expected-runs.ts";

const hasSqlite = await canReadSqlite();
const isDatabase = (path: string): boolean => /\.(db|sqlite)$/.test(path);
const FOLDER = "test/fixtures/formats";

/** Where nothing can read a database, that is said by name. */
async function expectRefusal(): Promise<void> {
  await expect(readLogs(FOLDER, "openclaw/openclaw-agent.sqlite")).rejects.toThrow(
    /openclaw-agent\.sqlite is a SQLite database, and this Node \(v.*\) cannot read one/,
  );
}

/** Runs by the file or folder that they were read from. */
async function runsByFile(folder: string): Promise<Map<string, Run[]>> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && basename(path) !== "expected.json")
    .filter((path) => hasSqlite || !isDatabase(path))
    .sort();
  const found = new Map<string, Run[]>();
  for await (const file of findLogs(paths)) {
    if (file.kind !== "log") continue;
    const runs: Run[] = [];
    for await (const reading of readLog(file, threadsOf(paths))) runs.push(...reading.runs);
    found.set(relative(folder, file.path), runs);
  }
  return found;
}

test.each([
  ["claude_code", 14],
  ["codex", 15],
  ["opencode", 15],
  ["gemini", 14],
  ["pi", 11],
  ["openclaw", 6],
  ["qwen", 16],
  ["cline", 9],
  ["mini_swe_agent", 23],
  ["openhands_sdk", 11],
  ["swe_agent", 5],
  ["inspect", 9],
  ["atif", 13],
])("every turn of the logs of %s is read, and nothing else", async (agent, turns) => {
  if (agent === "openclaw" && !hasSqlite) return await expectRefusal();
  const folder = join(FOLDER, agent);
  const answers = await expectedRuns(join(folder, "expected.json"));
  const given = await runsByFile(folder);
  const files = [...new Set(answers.map((answer) => answer.file))];
  const compared = files.map((file) =>
    compareRuns(
      answers.filter((answer) => answer.file === file),
      given.get(file) ?? [],
    ),
  );
  expect(compared.flatMap((one) => one.differences)).toEqual([]);
  const sum = (of: "expected" | "found" | "given"): number =>
    compared.reduce((total, one) => total + one[of], 0);
  expect([sum("expected"), sum("found"), sum("given")]).toEqual([turns, turns, turns]);
  // Files that the answers do not name hold no run, or the same runs once more.
  const others = [...given].filter(([file]) => !files.includes(file));
  const known = new Set(answers.map((answer) => answer.id));
  expect(others.flatMap(([, runs]) => runs).filter((run) => !known.has(run.id ?? ""))).toEqual([]);
});

test("sessions of OpenCode read from its database are those of its exports", async () => {
  if (!hasSqlite) return await expectRefusal();
  const given = await runsByFile(join(FOLDER, "opencode"));
  const fromExports = [...given]
    .filter(([file]) => dirname(file) === "." && file.endsWith(".json"))
    .flatMap(([, runs]) => runs);
  expect(given.get("opencode.db")).toEqual(fromExports);
});
