/**
 * The first hour, as it is typed: init on a folder of real session logs, the stages against a server on
 * this machine, a look at the page, an export, and the set in Python.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJsonl } from "../support/dataset.ts";
import { answerOf } from "../support/fighting.ts";
import { startLlmServer, type LlmServer } from "../support/llm-server.ts";
import { runScriptFile, startScript, type Ran } from "../support/scripts.ts";
import { noVenv, venvPython } from "../support/venv.ts";

const AGENTS = ["claude_code", "codex", "gemini", "qwen", "pi", "cline", "mini_swe_agent"];
const home = mkdtempSync(join(tmpdir(), "kingmaker-hour-"));
const root = join(home, "first");
let server: LlmServer;
let begun: Ran;
let fought: Ran;
let exported: Ran;

// Nobody listens there: whoever asks a Hub fails.
const env = { HOME: home, HF_ENDPOINT: "http://127.0.0.1:9" };

/** One model plays king and challenger: what the challenger alone is told makes the difference. */
const byWhatItSees: typeof answerOf = (request) => {
  const isTold = JSON.stringify(request.messages).includes("the run went on for");
  return answerOf(isTold ? { ...request, model: "challenger" } : request);
};

beforeAll(async () => {
  for (const agent of AGENTS) {
    cpSync(join("test/fixtures/formats", agent), join(home, "sessions", agent), {
      recursive: true,
      filter: (path) => !/expected\.json$|\.db$/.test(path),
    });
  }
  server = await startLlmServer({ answer: byWhatItSees });
  const flags = ["--runs", "~/sessions", "--provider", server.url, "--model", "king"];
  const judges = ["--judges", "judge-a, judge-b", "--count", "12", "--max-tokens", "10000000"];
  begun = await runScriptFile("init", ["~/first", ...flags, ...judges], env);
  fought = await runScriptFile("stages", ["--root", "~/first", "--until", "report"], env);
  exported = await runScriptFile(
    "export",
    ["--root", "~/first", "--refined", "--val-fraction", "0"],
    env,
  );
}, 240_000);

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

test("init says what the runs are, and what comes next", () => {
  expect(begun.code, begun.stderr).toBe(0);
  expect(begun.stderr).toMatch(/claude-code \S+: \d+ files?, \d+ runs?/);
  expect(begun.stderr).toMatch(/codex \S+: \d+ files?, \d+ runs?/);
  expect(begun.stdout).toContain(
    "next: npm run doctor -- --root ~/first, then npm run stages -- --root ~/first --until report",
  );
  const chain = readFileSync(join(root, "chain.toml"), "utf8");
  expect(chain).toContain('trajectories = "~/sessions"');
  expect(chain).toContain('mask = "secrets+home"');
  expect(chain).toContain('hidden = "future"');
  expect(readdirSync(root)).toContain(".env.example");
});

test("the stages run to the report, and a second time nothing is asked", async () => {
  expect(fought.code, fought.stderr + fought.stdout).toBe(0);
  expect(readdirSync(join(root, "report"))).toContain("report.html");
  const before = server.stats.requests;
  const again = await runScriptFile("stages", ["--root", "~/first"], env);
  expect(again.code).toBe(0);
  expect(server.stats.requests).toBe(before);
});

test("status has nothing left to run", async () => {
  const said = await runScriptFile("status", ["--root", "~/first"], env);
  expect(said.stdout).toContain("all stages are done: read");
});

test("the page shows the duels", async () => {
  const viewer = startScript("view", ["--root", "~/first", "--port", "0"], env);
  const address = await new Promise<string>((found) => {
    viewer.child.stdout?.on("data", (data: Buffer) => {
      const [url] = /http:\/\/\S+/.exec(data.toString()) ?? [];
      if (url !== undefined) found(url);
    });
  });
  const page = await (await fetch(address)).text();
  const duels = readdirSync(join(root, "score")).filter((name) => /^[^._].*\.json$/.test(name));
  expect(page.match(/data-file="/g)).toHaveLength(duels.length);
});

test("the set holds rows, and nothing of the home folder", () => {
  expect(exported.code, exported.stderr).toBe(0);
  const rows = readJsonl(root, "dataset/export", "train.jsonl");
  expect(rows.length).toBeGreaterThan(3);
  expect(JSON.stringify(rows)).not.toContain(home);
});

test.skipIf(noVenv)("Python loads the set by load_dataset", async () => {
  const code =
    "import sys; from datasets import load_dataset; d = load_dataset(sys.argv[1]); print(len(d['train']))";
  const { stdout } = await promisify(execFile)(
    venvPython,
    ["-c", code, join(root, "dataset/export")],
    { env: { ...process.env, HOME: home, HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1" } },
  );
  expect(Number(stdout)).toBe(readJsonl(root, "dataset/export", "train.jsonl").length);
});
