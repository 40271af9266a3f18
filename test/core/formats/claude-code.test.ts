import { expect, test } from "vitest";
import { readClaude } from "../../../src/core/formats/claude-code.ts";
import { isTurn, type Run } from "../../../src/core/formats/run.ts";

const SESSION = { sessionId: "s1", cwd: "/w", version: "2.1.332", isSidechain: false };
const user = (uuid: string, parentUuid: string | null, content: unknown, more = {}): object => ({
  ...SESSION,
  type: "user",
  uuid,
  parentUuid,
  message: { role: "user", content },
  ...more,
});
const says = (uuid: string, parentUuid: string, id: string, block: object, more = {}): object => ({
  ...SESSION,
  type: "assistant",
  uuid,
  parentUuid,
  message: { id, role: "assistant", model: "m", content: [block], stop_reason: "end_turn" },
  madeBy: "model",
  ...more,
});
const text = (said: string): object => ({ type: "text", text: said });
const calls = (id: string): object => ({
  type: "tool_use",
  id,
  name: "Bash",
  input: { command: id },
});
const answers = (id: string, content: unknown = `did ${id}`, more = {}): object[] => [
  { type: "tool_result", tool_use_id: id, content, ...more },
];
const contents = (run: Run | undefined): string[] =>
  (run?.messages ?? []).map((message) => `${message.role}: ${message.content}`);
const turns = (run: Run | undefined): string[] =>
  (run?.messages ?? []).flatMap((message, at) =>
    run !== undefined && isTurn(run, at) ? [message.content] : [],
  );

test("blocks of one reply are one message, and parallel results stay with it in their order", () => {
  const { runs } = readClaude([
    user("u1", null, "fix"),
    says("a1", "u1", "m1", { type: "thinking", thinking: "hm" }),
    says("a2", "a1", "m1", text("look")),
    says("a3", "a2", "m1", calls("c1")),
    // The first result is there before the last block of the reply.
    user("r1", "a3", answers("c1")),
    says("a4", "a3", "m1", calls("c2")),
    user("r2", "a4", answers("c2", [{ type: "text", text: "two" }])),
    says("a5", "r2", "m2", text("done")),
  ]);
  expect(runs).toHaveLength(1);
  expect(runs[0]?.messages[1]).toEqual({
    role: "assistant",
    content: "look",
    reasoning: "hm",
    tool_calls: [
      { id: "c1", name: "Bash", arguments: { command: "c1" } },
      { id: "c2", name: "Bash", arguments: { command: "c2" } },
    ],
  });
  expect(contents(runs[0]).slice(2)).toEqual(["tool: did c1", "tool: two", "assistant: done"]);
  expect(turns(runs[0])).toEqual(["look", "done"]);
});

test("a person who goes back begins a part that knows nothing of what was left", () => {
  const { runs } = readClaude([
    user("u1", null, "fix"),
    says("a1", "u1", "m1", calls("c1")),
    user("r1", "a1", answers("c1")),
    says("a2", "r1", "m2", text("first way")),
    user("u2", "a2", "no"),
    says("a3", "u2", "m3", text("worse")),
    // Hangs on the result of the first reply.
    user("u3", "r1", "another way"),
    says("a4", "u3", "m4", text("second way")),
  ]);
  expect(runs.map((run) => run.part)).toEqual([1, 2]);
  expect(turns(runs[0])).toEqual(["", "first way", "worse"]);
  expect(contents(runs[1])).toEqual([
    "user: fix",
    "assistant: ",
    "tool: did c1",
    "user: another way",
    "assistant: second way",
  ]);
  expect(turns(runs[1])).toEqual(["second way"]);
});

test("a forked session lists what it copied as history", () => {
  const copied = { requestSessionId: "s0" };
  const { runs } = readClaude([
    user("u1", null, "fix"),
    says("a1", "u1", "m1", calls("c1"), copied),
    user("r1", "a1", answers("c1")),
    user("u2", "r1", "go on"),
    says("a2", "u2", "m2", text("on")),
  ]);
  expect(runs[0]).toMatchObject({ kind: "fork", parent: "s0", history: 3 });
  expect(turns(runs[0])).toEqual(["on"]);
});

test.each([
  [
    "a reply cut off in the stream",
    [says("a1", "u1", "m1", text("I beg"), { isAbortedMidStream: true })],
    { 1: ["aborted"] },
  ],
  [
    "a reply that had no end when the person broke in",
    [
      {
        ...says("a1", "u1", "m1", text("I beg")),
        message: { id: "m1", content: [text("I beg")], stop_reason: null },
      },
      user("u2", "a1", [text("[Request interrupted by user]")]),
    ],
    { 1: ["aborted"], 2: ["injected"] },
  ],
  [
    "a tool that the person stopped",
    [
      says("a1", "u1", "m1", calls("c1")),
      user("r1", "a1", answers("c1", "stopped", { is_error: true })),
      user("u2", "r1", [text("[Request interrupted by user for tool use]")]),
    ],
    { 1: ["aborted"], 2: ["error"], 3: ["injected"] },
  ],
  ["a call that nobody answered", [says("a1", "u1", "m1", calls("c1"))], { 1: ["aborted"] }],
])("%s is no turn", (_, lines, marks) => {
  const { runs } = readClaude([user("u1", null, "fix"), ...lines]);
  expect(Object.fromEntries(runs[0]?.marks ?? [])).toEqual(marks);
  expect(turns(runs[0])).toEqual([]);
});

test("what no model said is left out and counted", () => {
  const { runs } = readClaude([
    user("u1", null, "fix"),
    user("u2", "u1", "<command-name>/clear</command-name>"),
    user("u3", "u1", "meta", { isMeta: true }),
    says("a0", "u1", "x", text("No response requested."), { madeBy: "other" }),
    says("a1", "u1", "m1", text("yes")),
    says("a1", "u1", "m1", text("yes")),
    user("r9", "a1", answers("c9")),
    says("a2", "a1", "m2", { type: "hologram" }),
    { ...SESSION, type: "new-thing" },
  ]);
  expect(contents(runs[0])).toEqual(["user: fix", "assistant: yes"]);
  expect(runs[0]?.drops).toEqual({
    synthetic_line: 1,
    line_twice: 1,
    result_without_call: 1,
    "unknown_part: hologram": 1,
    "unknown_line: new-thing": 1,
  });
});

test("a result that a resume wrote again is kept once", () => {
  const { runs } = readClaude([
    user("u1", null, "fix"),
    says("a1", "u1", "m1", calls("c1")),
    user("r1", "a1", answers("c1")),
    user("r2", "a1", answers("c1")),
    says("a2", "r1", "m2", text("done")),
  ]);
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "assistant: ",
    "tool: did c1",
    "assistant: done",
  ]);
  expect(runs[0]?.drops).toEqual({ result_twice: 1 });
});

test("side runs of old versions lie in the main file and are runs of their own", () => {
  const side = { isSidechain: true };
  const { runs } = readClaude([
    user("u1", null, "fix"),
    says("a1", "u1", "m1", calls("c1")),
    user("v1", null, "count", side),
    says("b1", "v1", "n1", text("three"), side),
    user("r1", "a1", answers("c1")),
    says("a2", "r1", "m2", text("done")),
  ]);
  expect(runs.map((run) => [run.id, run.kind, turns(run)])).toEqual([
    ["s1", "main", ["", "done"]],
    ["s1/v1", "subagent", ["three"]],
  ]);
});

test("a file with prompts and no answer holds no run", () => {
  expect(readClaude([user("u1", null, "fix")]).runs).toEqual([]);
});
