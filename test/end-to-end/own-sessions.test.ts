/**
 * A person's own sessions, the whole way, with the scripts as they are typed: drawn from a folder of logs
 * without a pull request and without a network, fought out, judged, sorted and exported.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { readJsonl } from "../support/dataset.ts";
import { answerOf, CHALLENGER } from "../support/fighting.ts";
import { startLlmServer, type LlmServer } from "../support/llm-server.ts";
import { snapshot } from "../support/project.ts";
import { runScriptFile, type Ran } from "../support/scripts.ts";
import { canReadSqlite } from "../support/sqlite.ts";

/** Databases need more than Node 20 has: there OpenCode is read from its exports, OpenClaw not at all. */
const hasSqlite = await canReadSqlite();
const AGENTS = [
  "claude_code",
  "codex",
  "gemini",
  "qwen",
  "pi",
  "opencode",
  "cline",
  ...(hasSqlite ? ["openclaw"] : []),
];
const FORMATS = ["claude-code", "cline", "codex", "gemini-cli", "opencode", "pi", "qwen-code"];
const STEPS = ["prompt", "king", "challenger", "validate", "report", "export"] as const;
/** Records by folder, each with its schema. */
const RECORDS = ["prompt", "commit", "answer", "score", "final", "report"];

const home = mkdtempSync(join(tmpdir(), "kingmaker-home-"));
const root = join(home, "fights");
let server: LlmServer;
const ran = new Map<string, Ran>();

/** One form of a session alone: with SQLite OpenCode's are in its database, not in its exports. */
function isGiven(name: string): boolean {
  if (name === "expected.json" || /^ses_.*\.json$/.test(name)) {
    return name !== "expected.json" && !hasSqlite;
  }
  return hasSqlite || !/\.(db|sqlite)$/.test(name);
}

const run = (step: string, ...more: string[]): Promise<Ran> =>
  runScriptFile(step, ["--root", "~/fights", "--yes", "--json", ...more], {
    HOME: home,
    // Nobody listens there: whoever opens a source of pull requests fails.
    HF_ENDPOINT: "http://127.0.0.1:9",
  });

beforeAll(async () => {
  for (const agent of AGENTS) {
    cpSync(join("test/fixtures/formats", agent), join(home, "sessions", agent), {
      recursive: true,
      filter: (path) => isGiven(basename(path)),
    });
  }
  server = await startLlmServer({ answer: answerOf });
  const model = (name: string): string => `provider = "near"\nmodel = "${name}"\n`;
  mkdirSync(root);
  writeFileSync(
    join(root, "chain.toml"),
    `[source]
trajectories = "~/sessions"
mask = "secrets+home"
max_turn = 100
max_per_instance = 0
spread = "turns"
[provider.near]
base_url = "${server.url}"
[king]
${model("king")}[challenger]
${model("challenger")}[judge]
provider = "near"
models = ["judge-a", "judge-b", "judge-c"]
[dataset]
formats = ["openai", "preference", "sharegpt"]
val_fraction = 0
`,
  );
  for (const step of STEPS) ran.set(step, await run(step));
}, 180_000);

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

test.each(STEPS)("stage:%s ends well", (step) => {
  const { code, stderr } = ran.get(step) ?? { code: null, stderr: "not run" };
  expect(`${stderr}\nexit ${code}`).toMatch(/\nexit 0$/);
});

test("every agent's log gives turns, and no pull request is looked for", () => {
  const state = JSON.parse(readFileSync(join(root, "report/source.json"), "utf8")) as {
    kept: number;
    sources: { key: string }[];
    notes: string[];
  };
  expect(state.sources.map(({ key }) => key)).toEqual(["trajectories"]);
  expect(state.kept).toBeGreaterThanOrEqual(AGENTS.length);
  expect(state.notes.join("\n")).toContain("turns have no pull request");
  const formats = new Set(answers().map(({ origin }) => origin?.format));
  expect(formats).toEqual(new Set([...FORMATS, ...(hasSqlite ? ["openclaw"] : [])]));
});

test.runIf(hasSqlite)(
  "turns come from the databases of OpenCode and OpenClaw (Node 20 without better-sqlite3 skips this)",
  () => {
    const files = answers().map(({ origin }) => origin?.file ?? "");
    expect(files.some((file) => file.includes("opencode.db"))).toBe(true);
    expect(files.some((file) => file.includes("openclaw-agent.sqlite"))).toBe(true);
  },
);

test("king and challenger answered every turn, the challenger alone saw what came later", () => {
  const all = answers();
  for (const { king_run, challenger_run, challenger_drop } of all) {
    expect(king_run?.malformed ?? null).toBeNull();
    expect(challenger_run?.malformed ?? null).toBeNull();
    expect(challenger_drop).toBeUndefined();
  }
  const asked = (model: string): number =>
    server.seen.filter(({ body }) => body.model === model).length;
  expect(asked("king")).toBe(all.length);
  expect(asked("judge-a")).toBe(2 * all.length);
  for (const { body } of server.seen) {
    const sees = JSON.stringify(body.messages).includes("the run went on for");
    expect(sees).toBe(body.model === "challenger");
  }
});

test("the exported rows hold answers with their calls, and neither home nor user", () => {
  const rows = readJsonl(root, "dataset/export", "train.jsonl");
  const text = JSON.stringify(rows);
  expect(rows.length).toBeGreaterThanOrEqual(AGENTS.length);
  expect(text).toContain('"tool_calls"');
  expect(text).toContain(CHALLENGER);
  for (const folder of ["dataset/export", "final"]) {
    for (const [name, content] of Object.entries(snapshot(join(root, folder)))) {
      expect(content.includes(home) ? name : "").toBe("");
    }
  }
});

test("conversations hold the calls, and whole runs the weights of what was won", async () => {
  const conversations = readJsonl(root, "dataset/export/sharegpt", "train.jsonl");
  expect(conversations.length).toBe(answers().length);
  expect(JSON.stringify(conversations)).toContain('"from":"function_call"');
  const { code } = await run("export", "--unit=run", "--output=dataset/runs");
  expect(code).toBe(0);
  const runs = readJsonl(root, "dataset/runs", "train.jsonl") as {
    messages: { weight?: number }[];
  }[];
  const weights = runs.flatMap(({ messages }) => messages.flatMap(({ weight }) => weight ?? []));
  expect(runs.length).toBeLessThan(answers().length);
  expect(weights.filter((weight) => weight === 1).length).toBeGreaterThanOrEqual(runs.length);
  expect(weights).toContain(0);
}, 60_000);

test("every record says its schema", () => {
  let seen = 0;
  for (const folder of RECORDS) {
    for (const [name, text] of Object.entries(snapshot(join(root, folder)))) {
      if (!name.endsWith(".json")) continue;
      for (const record of [JSON.parse(text)].flat() as { schema?: number }[]) {
        expect([folder, name, record.schema]).toEqual([folder, name, 2]);
        seen++;
      }
    }
  }
  expect(seen).toBeGreaterThan(RECORDS.length * AGENTS.length - AGENTS.length);
});

test("a second run of everything asks nothing", async () => {
  const before = server.stats.requests;
  for (const step of STEPS) expect((await run(step)).code).toBe(0);
  expect(server.stats.requests).toBe(before);
}, 120_000);

// ---------------------------------------------------------------------------------------------

const answers = () =>
  Object.entries(snapshot(join(root, "answer")))
    .filter(([name]) => /^prompts.*\.json$/.test(name))
    .map(([, text]) => answerSchema.parse(JSON.parse(text)));
