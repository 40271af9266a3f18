import { expect, test } from "vitest";
import { readGemini } from "../../../src/core/formats/gemini.ts";
import { readQwen } from "../../../src/core/formats/qwen.ts";
import { isTurn, type Run } from "../../../src/core/formats/run.ts";

const contents = (run: Run | undefined): string[] =>
  (run?.messages ?? []).map((message) => `${message.role}: ${message.content}`);
const turns = (run: Run | undefined): string[] =>
  (run?.messages ?? []).flatMap((message, at) =>
    run !== undefined && isTurn(run, at) ? [message.content] : [],
  );

const HEAD = { sessionId: "s1", projectHash: "h", kind: "main" };
const asks = (id: string, text: string): object => ({ id, type: "user", content: [{ text }] });
const says = (id: string, content: string, more = {}): object => ({
  id,
  type: "gemini",
  content,
  ...more,
});
const tool = (id: string, more = {}): object => ({
  id,
  name: "ls",
  args: { p: id },
  status: "success",
  result: [{ functionResponse: { id, name: "ls", response: { output: `did ${id}` } } }],
  ...more,
});

test("a resume of Gemini's repeats all messages, and a message written twice counts once", () => {
  const said = says("g1", "look");
  const done = { ...says("g1", "look"), toolCalls: [tool("c1")] };
  const { runs } = readGemini(
    [
      HEAD,
      { $set: { messages: [asks("ctx", "<session_context>x</session_context>")] } },
      asks("u1", "fix"),
      said,
      done,
      {
        $set: {
          messages: [asks("ctx", "<session_context>x</session_context>"), asks("u1", "fix"), done],
        },
      },
      says("g2", "done"),
    ],
    null,
  );
  expect(runs).toHaveLength(1);
  expect(turns(runs[0])).toEqual(["look", "done"]);
});

test("a compaction of Gemini's begins a part with the snapshot and what was kept", () => {
  const { runs } = readGemini(
    [
      HEAD,
      asks("u1", "fix"),
      says("g1", "one"),
      asks("u2", "more"),
      says("g2", "two"),
      {
        $set: {
          messages: [
            asks("n1", "<state_snapshot>one</state_snapshot>"),
            says("n2", "Got it."),
            asks("n3", "more"),
            says("n4", "two"),
          ],
        },
      },
      asks("u3", "go on"),
      says("g3", "three"),
    ],
    null,
  );
  expect(runs.map((run) => [run.part, run.history, turns(run)])).toEqual([
    [1, 0, ["one", "two"]],
    [2, 4, ["three"]],
  ]);
  expect(runs[1]?.marks.get(0)).toEqual(["summary"]);
  expect(runs[1]?.marks.get(1)).toEqual(["synthetic"]);
});

test.each([
  ["a tool that was cancelled", tool("c1", { status: "cancelled" })],
  ["a tool that was never answered", tool("c1", { result: undefined, status: "executing" })],
])("%s is no turn of Gemini's", (_, call) => {
  const { runs } = readGemini(
    [HEAD, asks("u1", "fix"), says("g1", "look", { toolCalls: [call] })],
    null,
  );
  expect(turns(runs[0])).toEqual([]);
});

test("pictures and lines for the screen are no messages of Gemini's", () => {
  const { runs } = readGemini(
    [
      HEAD,
      {
        id: "u1",
        type: "user",
        content: [{ text: "see" }, { inlineData: { mimeType: "image/png" } }],
      },
      { id: "i1", type: "info", content: "updated" },
      says("g1", "seen"),
    ],
    null,
  );
  expect(contents(runs[0])).toEqual(["user: see", "assistant: seen"]);
  expect(runs[0]?.drops).toEqual({ "media: inlineData": 1 });
});

test("a session of Gemini's that was rewound goes on from before the message", () => {
  const { runs } = readGemini(
    [
      HEAD,
      asks("u1", "fix"),
      says("g1", "one"),
      asks("u2", "bad"),
      says("g2", "two"),
      { $rewindTo: "u2" },
      asks("u3", "good"),
      says("g3", "three"),
    ],
    null,
  );
  expect(contents(runs[1])).toEqual([
    "user: fix",
    "assistant: one",
    "user: good",
    "assistant: three",
  ]);
  expect(runs.map(turns)).toEqual([["one", "two"], ["three"]]);
});

const LINE = { sessionId: "q1", version: "0.24.4", cwd: "/w" };
let count = 0;
const qwen = (type: string, parts: object[], more = {}): object => ({
  ...LINE,
  uuid: `l${++count}`,
  type,
  message: { role: type === "assistant" ? "model" : "user", parts },
  ...(type === "user" ? { provenance: "real_user" } : {}),
  ...more,
});
const USED = { usageMetadata: { totalTokenCount: 1 } };
const report = { ...LINE, type: "system", subtype: "ui_telemetry", systemPayload: {} };

test("a reply of Qwen's without a report of its end was cut off", () => {
  const { runs } = readQwen([
    qwen("user", [{ text: "fix" }]),
    report,
    qwen("assistant", [{ text: "whole" }], USED),
    qwen("user", [{ text: "more" }]),
    qwen("assistant", [{ text: "cut" }]),
    qwen("user", [{ text: "go on" }]),
    qwen("assistant", [{ text: "on" }], USED),
  ]);
  expect(turns(runs[0])).toEqual(["whole", "on"]);
  expect([...(runs[0]?.marks ?? [])]).toEqual([[3, ["aborted"]]]);
});

test("a forked chat of Qwen's has the copied lines as history", () => {
  const forkedFrom = { forkedFrom: { sessionId: "q0", messageUuid: "x" } };
  const { runs } = readQwen([
    qwen("user", [{ text: "fix" }], forkedFrom),
    qwen("assistant", [{ text: "one" }], { ...USED, ...forkedFrom }),
    qwen("user", [{ text: "more" }]),
    qwen("assistant", [{ text: "two" }], USED),
  ]);
  expect(runs[0]).toMatchObject({ kind: "fork", parent: "q0", history: 2 });
  expect(turns(runs[0])).toEqual(["two"]);
});

test("a tool of Qwen's that was cancelled is no turn, and what is not known is counted", () => {
  const { runs } = readQwen([
    qwen("user", [{ text: "fix" }]),
    qwen("assistant", [{ functionCall: { id: "c1", name: "ls", args: {} } }], USED),
    qwen("tool_result", [{ functionResponse: { id: "c1", response: { error: "stopped" } } }], {
      toolCallResult: { callId: "c1", status: "cancelled" },
    }),
    qwen("user", [{ text: "go on" }, { hologram: 1 }]),
    qwen("assistant", [{ text: "on" }], USED),
    { ...LINE, uuid: "z", type: "system", subtype: "novelty" },
  ]);
  expect(turns(runs[0])).toEqual(["on"]);
  expect(runs[0]?.drops).toEqual({
    "unknown_part: hologram": 1,
    "unknown_line: system novelty": 1,
  });
});
