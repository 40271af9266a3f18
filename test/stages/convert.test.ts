import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { convert, convertLines, type ConvertSummary } from "../../src/stages/convert.ts";
import type { Target } from "../../src/core/formats/targets.ts";
import { jsonl, readLogs } from "../support/logs.ts";
import { canReadSqlite } from "../support/sqlite.ts";
import { tempProject } from "../support/project.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/formats");
type Line = Readonly<Record<string, unknown>> & {
  readonly messages: readonly Readonly<Record<string, unknown>>[];
};

async function converted(
  root: string,
  to: Target,
  input = ".",
): Promise<{ lines: Line[]; summary: ConvertSummary }> {
  const lines: Line[] = [];
  const summary = await convert(loadConfig(root), {
    input,
    to,
    skipBad: false,
    write: (line) => void lines.push(JSON.parse(line) as Line),
  });
  return { lines, summary };
}

test("openai: one run a line, parts apart, weight 0 where nobody may learn", async () => {
  const { lines, summary } = await converted(join(FIXTURES, "claude_code"), "openai");
  expect(lines.map(({ id, part, parent, kind }) => ({ id, part, parent, kind }))).toEqual([
    { id: "1ca54586-7339-4bd0-8d65-48758f09c144", part: 1, parent: undefined, kind: "main" },
    { id: "1ca54586-7339-4bd0-8d65-48758f09c144", part: 2, parent: undefined, kind: "main" },
    {
      id: "ab0938f7209966b3f",
      part: 1,
      parent: "1ca54586-7339-4bd0-8d65-48758f09c144",
      kind: "subagent",
    },
  ]);
  const weights = lines[1]?.messages.map((message) => [message["role"], message["weight"]]);
  expect(weights).toEqual([
    ["system", undefined],
    ["user", undefined],
    ["assistant", 0],
    ["user", undefined],
    ["assistant", undefined],
    ["tool", undefined],
    ["assistant", undefined],
  ]);
  expect(lines[0]?.messages[2]).toMatchObject({
    reasoning: "I should look at the files first.",
    tool_calls: [{ name: "Bash", arguments: { command: "ls src", description: "list" } }],
  });
  expect(convertLines(summary)).toEqual([
    "3 runs of 4 files",
    "found: claude-code 2.1.332 3",
    "files without a run: index 1, no_run 1",
    "left out: synthetic_line 1",
  ]);
});

test("openai: a verdict beside the run, and tools as the log has them", async () => {
  const { lines } = await converted(join(FIXTURES, "atif"), "openai");
  expect(lines.map((line) => line["verdict"])).toEqual([
    "success",
    "success",
    undefined,
    "failure",
  ]);
  expect(lines[1]?.["tools"]).toMatchObject([
    { type: "function", function: { name: "bash_command" } },
  ]);
});

test.each([
  "claude_code",
  "codex",
  "opencode",
  "gemini",
  "pi",
  "qwen",
  "cline",
  "mini_swe_agent",
  "openhands_sdk",
  "swe_agent",
  "inspect",
  "atif",
])("atif: the documents of %s read back as the runs that they were", async (agent) => {
  // A folder with a database beside its exports is read where there is SQLite.
  const input = agent === "opencode" && !(await canReadSqlite()) ? "*.json" : ".";
  const { lines } = await converted(join(FIXTURES, agent), "atif", input);
  const root = tempProject({ "runs.jsonl": jsonl(...lines) });
  const before = (await readLogs(join(FIXTURES, agent), input)).runs;
  const after = (await readLogs(root, "runs.jsonl")).runs;
  const plain = (runs: typeof before): unknown =>
    runs.map(({ drops: _drops, ...run }) => ({
      ...run,
      // The format keeps results with their calls, and has no place for a tool's own.
      marks: [...run.marks],
      notTurns: [...run.notTurns],
    }));
  expect(plain(after)).toEqual(plain(before));
});

test("sharegpt: LLaMA-Factory's roles, with what they have no place for beside", async () => {
  const root = tempProject({
    "t.jsonl": jsonl({
      instance_id: "o__n-1",
      tools: [{ name: "ls", parameters: {} }],
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "fix" },
        {
          role: "assistant",
          content: "look",
          tool_calls: [{ id: "c", function: { name: "ls", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c", content: "src" },
        { role: "assistant", content: "done", reasoning_content: "hm" },
      ],
    }),
  });
  const { lines } = await converted(root, "sharegpt", "t.jsonl");
  expect(lines).toEqual([
    {
      id: "o__n-1",
      format: "rows",
      conversations: [
        { from: "human", value: "fix" },
        { from: "function_call", value: '{"id":"c","name":"ls","arguments":{}}', content: "look" },
        { from: "observation", value: "src", tool_call_id: "c" },
        { from: "gpt", value: "done", reasoning: "hm" },
      ],
      system: "S",
      tools: '[{"name":"ls","parameters":{}}]',
    },
  ]);
});

test("secrets are masked everywhere in a run, and all else is as it was", async () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const root = tempProject({
    "t.jsonl": jsonl({
      id: "r",
      messages: [
        { role: "user", content: `use ${token}\r\n\u001b[1m` },
        {
          role: "assistant",
          content: "",
          reasoning_content: token,
          tool_calls: [
            {
              id: "c",
              function: { name: "sh", arguments: { command: `x ${token}`, n: [1, null] } },
            },
          ],
        },
      ],
    }),
  });
  const { lines, summary } = await converted(root, "openai", "t.jsonl");
  expect(lines[0]?.messages).toEqual([
    { role: "user", content: "use MASKED_GITHUB_TOKEN\r\n\u001b[1m" },
    {
      role: "assistant",
      content: "",
      reasoning: "MASKED_GITHUB_TOKEN",
      tool_calls: [
        { id: "c", name: "sh", arguments: { command: "x MASKED_GITHUB_TOKEN", n: [1, null] } },
      ],
    },
  ]);
  expect(summary.masked).toEqual({ github_token: 3 });
});

const chat = (messages: object[], more = {}): object => ({
  instance_id: "o__n-1",
  messages,
  ...more,
});
const fix = { role: "user", content: "fix" };
const call = (id: string, name: string): object => ({ id, function: { name, arguments: "{}" } });

test.each([
  [
    "Anthropic's blocks",
    chat([
      fix,
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm" },
          { type: "text", text: "look" },
          { type: "tool_use", id: "t", name: "Bash", input: { command: "ls" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "src" }] },
        ],
      },
    ]),
    [
      fix,
      {
        role: "assistant",
        content: "look",
        reasoning: "hm",
        tool_calls: [{ id: "t", name: "Bash", arguments: { command: "ls" } }],
      },
      { role: "tool", content: "src", tool_call_id: "t" },
    ],
  ],
  [
    "calls as JSON text, free text of a custom tool, arguments that are no JSON",
    chat([
      fix,
      {
        role: "assistant",
        content: null,
        tool_calls: JSON.stringify([
          { id: "a", type: "custom", custom: { name: "patch", input: "***" } },
          { id: "b", function: { name: "f", arguments: "{no" } },
        ]),
      },
    ]),
    [
      fix,
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "a", name: "patch", arguments: { input: "***" } },
          { id: "b", name: "f", arguments: "{no" },
        ],
      },
    ],
  ],
  [
    "an id that two calls of a reply share, and one result too many",
    chat([
      fix,
      { role: "assistant", content: 7, tool_calls: [call("a", "f"), call("a", "g")] },
      ...["1", "2", "3"].map((content) => ({ role: "tool", content, tool_call_id: "a" })),
      { role: "assistant", content: "ok", tool_calls: {} },
    ]),
    [
      fix,
      {
        role: "assistant",
        content: "7",
        tool_calls: [
          { id: "a", name: "f", arguments: {} },
          { id: "a", name: "g", arguments: {} },
        ],
      },
      { role: "tool", content: "1", tool_call_id: "a" },
      { role: "tool", content: "2", tool_call_id: "a" },
      { role: "assistant", content: "ok" },
    ],
  ],
  [
    "other names of roles, and a trace before an answer",
    chat([
      { role: "human", content: "fix" },
      { role: "agent", content: "<think>hm</think>do" },
      { role: "environment", content: "src" },
    ]),
    [fix, { role: "assistant", content: "do", reasoning: "hm" }, { role: "user", content: "src" }],
  ],
  [
    "ShareGPT with calls",
    {
      id: "s",
      system: "S",
      conversations: [
        { from: "human", value: "fix" },
        { from: "function_call", value: '{"name":"f","arguments":{"a":null}}' },
        { from: "observation", value: "1" },
      ],
    },
    [
      { role: "system", content: "S" },
      fix,
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call_1", name: "f", arguments: { a: null } }],
      },
      { role: "tool", content: "1", tool_call_id: "call_1" },
    ],
  ],
  [
    "nebius' rows of SWE-agent",
    {
      instance_id: "o__n-1",
      trajectory: [
        { role: "system", system_prompt: "S", text: null },
        { role: "user", text: "fix" },
        { role: "ai", text: "look", mask: true },
      ],
    },
    [{ role: "system", content: "S" }, fix, { role: "assistant", content: "look" }],
  ],
  [
    "dataclaw",
    {
      session_id: "d",
      project: "p",
      messages: [
        fix,
        {
          role: "assistant",
          content: "look",
          thinking: "hm",
          tool_uses: [
            { tool: "ls", input: { p: "." }, output: { text: "src" }, status: "success" },
          ],
        },
      ],
    },
    [
      fix,
      {
        role: "assistant",
        content: "look",
        reasoning: "hm",
        tool_calls: [{ id: "call_1", name: "ls", arguments: { p: "." } }],
      },
      { role: "tool", content: "src", tool_call_id: "call_1" },
    ],
  ],
  [
    "hermes",
    {
      id: "h",
      source: "cli",
      model: "m",
      system_prompt: "S",
      messages: [fix, { role: "assistant", content: "ok" }],
    },
    [{ role: "system", content: "S" }, fix, { role: "assistant", content: "ok" }],
  ],
  [
    "a ready turn: its history is none, its answer is one",
    chat([fix, { role: "assistant", content: "before" }, fix], { assistant: "answer" }),
    [
      fix,
      { role: "assistant", content: "before", weight: 0 },
      fix,
      { role: "assistant", content: "answer" },
    ],
  ],
])("rows are read: %s", async (_, row, messages) => {
  const { lines } = await converted(tempProject({ "t.jsonl": jsonl(row) }), "openai", "t.jsonl");
  expect(lines[0]?.messages).toEqual(messages);
});

test("nulls of unified Parquet structs are no words of the agent; nulls in JSON are", async () => {
  const root = tempProject();
  await cp(join(FIXTURES, "union_args.parquet"), join(root, "t.parquet"));
  const { lines } = await converted(root, "openai", "t.parquet");
  expect(lines[0]?.messages[1]?.["tool_calls"]).toEqual([
    { id: "c1", name: "execute_bash", arguments: { command: "ls" } },
  ]);
});

test.each(["json_messages.parquet", "json_toolcalls.parquet"])(
  "%s: JSON texts in lists are read",
  async (name) => {
    const { lines } = await converted(FIXTURES, "openai", name);
    expect(lines).toHaveLength(3);
    expect(lines[0]?.messages[1]?.["tool_calls"]).toEqual([
      { id: "c1", name: "bash", arguments: { command: "ls" } },
    ]);
  },
);

test.each([
  ["a row without messages", { id: "x", patch: "p" }, "no_messages 1"],
  ["messages that are none", { id: "x", messages: [fix, 5] }, "bad_row: message 1 is no object 1"],
  [
    "a message without a role",
    { id: "x", messages: [{ content: "a" }] },
    "bad_row: message 0 has no role 1",
  ],
  ["messages that are a text", { id: "x", messages: "no" }, "bad_row: the messages are no list 1"],
  [
    "a call without a name",
    chat([fix, { role: "assistant", content: "a", tool_calls: [5, { id: "c" }] }]),
    "unknown_call: without a name 2",
  ],
  [
    "a block of a call without a name",
    chat([fix, { role: "assistant", content: [{ type: "tool_use", id: "c", input: {} }, "a"] }]),
    "unknown_call: without a name 1",
  ],
  [
    "a call that is a text of no call",
    {
      id: "s",
      conversations: [
        { from: "human", value: "fix" },
        { from: "function_call", value: "ls" },
        { from: "gpt", value: "ok" },
      ],
    },
    "unknown_call: without a name 1",
  ],
  [
    "tool_calls that are no list",
    chat([fix, { role: "assistant", content: "a", tool_calls: { name: "f" } }]),
    "unknown_call: tool_calls are no list 1",
  ],
])("%s is counted, and says what it is", async (_, row, expected) => {
  const good = chat([fix, { role: "assistant", content: "ok" }]);
  const { summary } = await converted(
    tempProject({ "t.jsonl": jsonl(row, good) }),
    "openai",
    "t.jsonl",
  );
  expect(convertLines(summary).join("\n")).toContain(`left out: ${expected}`);
});

test.each([
  [
    "preds.json",
    { "o__n-1": { model_patch: "x" } },
    /preds\.json holds no run: the patches of a batch, no run/,
  ],
  [
    ".aider.chat.history.md",
    "# aider chat started at 2025-01-02 10:00:00\n\n#### hi\n",
    /aider's chat history cannot be split into turns with certainty; run aider with --llm-history-file/,
  ],
  ["notes.txt", "hello", /notes\.txt holds no run: of a kind that is not read/],
  ["cut.json", "{", /cut\.json holds no run: no JSON/],
  ["t.jsonl", jsonl({ a: 1 }), /t\.jsonl holds no run: 0 runs of 1 files; left out: no_messages 1/],
  ["none", null, /convert = "none" matches nothing in /],
])("%s alone is refused with a reason", async (name, content, message) => {
  const root = tempProject(content === null ? {} : { [name]: content });
  await expect(converted(root, "openai", name)).rejects.toThrow(message);
});

test("a line that is being written is counted as torn, a broken one as bad", async () => {
  const line = (uuid: string, type: string, content: unknown): object => ({
    type,
    uuid,
    sessionId: "s",
    message: { role: type, content, id: uuid, model: "m" },
  });
  const whole = jsonl(
    line("u", "user", "fix"),
    line("a", "assistant", [{ type: "text", text: "ok" }]),
  );
  const { runs } = await readLogs(
    tempProject({ "s.jsonl": `${whole}{broken\n${whole}{"type":"us` }),
    "s.jsonl",
  );
  expect(runs[0]?.drops).toEqual({ bad_line: 1, torn_line: 1, line_twice: 2 });
});

test("a fork of Codex's finds its parent in another day's folder", async () => {
  const meta = (id: string, more = {}): object => ({
    type: "session_meta",
    ordinal: 0,
    payload: { id, ...more },
  });
  const say = (ordinal: number, role: string, text: string): object => ({
    type: "response_item",
    ordinal,
    payload: {
      type: "message",
      role,
      content: [{ type: role === "user" ? "input_text" : "output_text", text }],
    },
  });
  const root = tempProject({
    "sessions/2026/01/01/rollout-x-t0.jsonl": jsonl(
      meta("t0"),
      say(1, "user", "fix"),
      say(2, "assistant", "one"),
      say(3, "user", "later"),
    ),
    "sessions/2026/01/02/rollout-x-t1.jsonl": jsonl(
      meta("t1", { history_base: { thread_id: "t0", end_ordinal_exclusive: 3 } }),
      say(1, "user", "other"),
      say(2, "assistant", "two"),
    ),
  });
  const { lines } = await converted(root, "openai", "sessions/2026/01/02");
  expect(lines[0]).toMatchObject({ id: "t1", kind: "fork", parent: "t0" });
  expect(lines[0]?.messages.map((message) => [message["content"], message["weight"]])).toEqual([
    ["fix", undefined],
    ["one", 0],
    ["other", undefined],
    ["two", undefined],
  ]);
});

test("npm run convert writes a file whole, words on the other side, and --json says the same as data", () => {
  const root = tempProject();
  const args = ["--import", "tsx", "scripts/convert.ts", join(FIXTURES, "pi"), "--root", root];
  const out = join(root, "out.jsonl");
  const said = execFileSync(
    process.execPath,
    [...args, "--to", "openai", "--output", out, "--json"],
    { encoding: "utf8" },
  );
  expect(JSON.parse(said)).toMatchObject({ written: 2, runs: { pi: 2 } });
  expect(readFileSync(out, "utf8").trim().split("\n")).toHaveLength(2);
  const plain = spawnSync(process.execPath, [...args, "--to", "atif"], { encoding: "utf8" });
  expect(
    plain.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { schema_version: string }).schema_version),
  ).toEqual(["ATIF-v1.8", "ATIF-v1.8"]);
  expect(plain.stderr).toContain("2 runs of ");
  const bad = spawnSync(process.execPath, [...args, "--to", "csv"], { encoding: "utf8" });
  expect([bad.status, bad.stderr]).toEqual([
    1,
    expect.stringContaining(
      "argument 'csv' is invalid. Allowed choices are openai, atif, sharegpt",
    ),
  ]);
  const none = spawnSync(
    process.execPath,
    [...args.with(3, join(root, "no")), "--to", "openai", "--output", join(root, "never")],
    { encoding: "utf8" },
  );
  expect([none.status, existsSync(join(root, "never"))]).toEqual([1, false]);
});
