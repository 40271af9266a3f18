/** Formats that were only read about, and OpenHands' evaluation. */
import { expect, test } from "vitest";
import { documentFormat, lineFormat, sideDocument } from "../../../src/core/formats/detect.ts";
import {
  isAiderRequests,
  readAiderRequests,
  readCursor,
  readDroid,
} from "../../../src/core/formats/others.ts";
import { readRow } from "../../../src/core/formats/rows.ts";
import { isTurn, type Run } from "../../../src/core/formats/run.ts";

const contents = (run: Run | undefined): string[] =>
  (run?.messages ?? []).map((message) => `${message.role}: ${message.content}`);
const turns = (run: Run | undefined): string[] =>
  (run?.messages ?? []).flatMap((message, at) =>
    run !== undefined && isTurn(run, at) ? [message.content] : [],
  );
const use = { type: "tool_use", id: "c1", name: "Read", input: { p: 1 } };
const answer = { type: "tool_result", tool_use_id: "c1", content: "src" };

test("droid: messages for the screen are none, those for the model alone are the harness's", () => {
  const message = (role: string, content: unknown, more = {}): object => ({
    type: "message",
    message: { role, content, ...more },
  });
  const { runs } = readDroid([
    { type: "session_start", id: "d1", cwd: "/w" },
    message("user", [{ type: "text", text: "reminder" }], { visibility: "llm_only" }),
    message("user", [{ type: "text", text: "banner" }], { visibility: "user_only" }),
    message("user", [{ type: "text", text: "fix" }]),
    message("assistant", [{ type: "thinking", thinking: "hm" }, use]),
    message("user", [answer]),
    message("assistant", [{ type: "text", text: "done" }]),
    { type: "novelty" },
  ]);
  expect(contents(runs[0])).toEqual([
    "user: reminder",
    "user: fix",
    "assistant: ",
    "tool: src",
    "assistant: done",
  ]);
  expect(runs[0]).toMatchObject({ id: "d1", format: "droid", cwd: "/w" });
  expect([...(runs[0]?.marks ?? [])]).toEqual([[0, ["injected"]]]);
  expect(runs[0]?.drops).toEqual({ "unknown_line: novelty": 1 });
});

test("cursor: lines with a role between its own", () => {
  const { runs } = readCursor([
    { type: "cursor_session_meta", id: "x1" },
    { type: "cursor_available_tools", tools: [{ name: "Read", input_schema: { type: "object" } }] },
    { role: "user", message: { content: "fix" } },
    { role: "assistant", message: { content: [{ type: "text", text: "look" }, use] } },
    { role: "user", message: { content: [answer] } },
    { type: "turn_ended" },
  ]);
  expect(contents(runs[0])).toEqual(["user: fix", "assistant: look", "tool: src"]);
  expect(runs[0]).toMatchObject({ id: "x1", tools: [{ function: { name: "Read" } }] });
});

test("aider: every request of its model's log is a part with one answer to learn", () => {
  const log = [
    "TO LLM 2025-01-02T10:00:00",
    "-------",
    "SYSTEM be good",
    "SYSTEM always",
    "-------",
    "USER fix",
    "LLM RESPONSE 2025-01-02T10:00:05",
    "ASSISTANT done",
    "ASSISTANT twice",
    "TO LLM 2025-01-02T10:01:00",
    "SYSTEM be good",
    "USER fix",
    "ASSISTANT done",
    "USER more",
    "LLM RESPONSE 2025-01-02T10:01:05",
    "ASSISTANT more done",
  ].join("\n");
  expect(isAiderRequests(log)).toBe(true);
  const { runs } = readAiderRequests(log);
  expect(runs.map((run) => [run.part, contents(run), turns(run)])).toEqual([
    [1, ["system: be good\nalways", "user: fix", "assistant: done\ntwice"], ["done\ntwice"]],
    [
      2,
      ["system: be good", "user: fix", "assistant: done", "user: more", "assistant: more done"],
      ["more done"],
    ],
  ]);
});

test("OpenHands V0: the words are the response's, one reply for all of its calls", () => {
  const reply = (id: string, ids: string[]): object => ({
    tool_call_id: ids[0],
    model_response: {
      id,
      choices: [
        {
          message: {
            content: "look",
            tool_calls: ids.map((one) => ({
              id: one,
              function: { name: "execute_bash", arguments: '{"command":"ls"}' },
            })),
          },
        },
      ],
    },
  });
  const run = (id: string): object => ({
    source: "agent",
    action: "run",
    args: { command: "ls" },
    tool_call_metadata: { ...reply("r1", ["a", "b"]), tool_call_id: id },
  });
  const seen = (id: string): object => ({
    source: "agent",
    observation: "run",
    content: `did ${id}`,
    tool_call_metadata: { tool_call_id: id },
  });
  const { runs } = readRow(
    {
      instance_id: "o__n-1",
      instance: { repo: "o/n" },
      history: [
        { source: "agent", action: "system", args: { content: "S" } },
        { source: "user", action: "message", args: { content: "fix" } },
        { source: "environment", observation: "agent_state_changed", content: "" },
        run("a"),
        run("b"),
        seen("a"),
        seen("b"),
        { source: "agent", action: "read", args: { path: "x" } },
        { source: "agent", action: "finish", args: { final_thought: "done" } },
      ],
    },
    { unified: false },
  );
  expect(contents(runs[0])).toEqual([
    "system: S",
    "user: fix",
    "assistant: look",
    "tool: did a",
    "tool: did b",
  ]);
  expect(runs[0]).toMatchObject({ format: "openhands", instance_id: "o__n-1", repo: "o/n" });
  expect(runs[0]?.drops).toEqual({
    "action_without_response: read": 1,
    "action_without_response: finish": 1,
  });
});

test.each([
  ["codex", [{ type: "session_meta", payload: {} }]],
  ["codex", [{ id: "x", timestamp: "t", instructions: null }]],
  ["pi", [{ type: "session", version: 3, id: "x" }]],
  ["gemini-cli", [{ sessionId: "x", projectHash: "y", kind: "main" }]],
  [
    "qwen-code",
    [{ uuid: "u", sessionId: "s", provenance: "real_user", type: "user", message: { parts: [] } }],
  ],
  ["claude-code", [{ type: "queue-operation", sessionId: "s" }]],
  [
    "claude-code",
    [
      { type: "summary", summary: "x" },
      { type: "user", sessionId: "s", message: {} },
    ],
  ],
  ["droid", [{ type: "session_start", id: "x" }]],
  ["cursor", [{ type: "cursor_session_meta" }]],
  ["openhands", [{ kind: "SystemPromptEvent", source: "agent" }]],
  [null, [{ instance_id: "o__n-1", messages: [] }]],
  [null, [{ type: "user", text: "x" }]],
  [null, []],
])("lines are %s's by what stands in them", (format, lines) => {
  expect(lineFormat(lines)).toBe(format);
});

test.each([
  ["opencode", { info: { id: "ses_1" }, messages: [{ info: {}, parts: [] }] }],
  ["cline", { version: 1, agent: "lead", sessionId: "x", messages: [] }],
  ["mini-swe-agent", { trajectory_format: "mini-swe-agent-1.1", messages: [], info: {} }],
  ["swe-agent", { trajectory: [], history: [{ role: "system" }], info: {} }],
  ["inspect", { version: 2, status: "success", eval: {} }],
  ["atif", { schema_version: "ATIF-v1.2", steps: [] }],
  ["atif", { agent: { name: "x" }, steps: [{ step_id: 1, source: "user" }] }],
  ["gemini-cli", { sessionId: "x", projectHash: "y", messages: [] }],
  [null, { instance_id: "o__n-1", messages: [] }],
  [null, [1]],
])("a document is %s's by its keys", (format, document) => {
  expect(documentFormat(document)).toBe(format);
});

test.each([
  ["patches", { "o__n-1": { model_patch: "x", instance_id: "o__n-1" } }],
  ["verdicts", { verifier_result: null, task_name: "t" }],
  ["verdicts", { resolved_ids: [] }],
  ["index", { session_id: "x", pid: 1 }],
  ["index", { agentType: "general", toolUseId: "t" }],
  [null, { a: 1 }],
])("%s beside runs are told", (what, document) => {
  expect(sideDocument(document)).toBe(what);
});
