/** pi, OpenClaw, OpenCode and Cline. */
import { expect, test } from "vitest";
import { readCline } from "../../../src/core/formats/cline.ts";
import { readOpencode } from "../../../src/core/formats/opencode.ts";
import { readPi } from "../../../src/core/formats/pi.ts";
import { isTurn, type Run } from "../../../src/core/formats/run.ts";

const contents = (run: Run | undefined): string[] =>
  (run?.messages ?? []).map((message) => `${message.role}: ${message.content}`);
const turns = (run: Run | undefined): string[] =>
  (run?.messages ?? []).flatMap((message, at) =>
    run !== undefined && isTurn(run, at) ? [message.content] : [],
  );

const HEAD = {
  type: "session",
  version: 3,
  id: "p1",
  cwd: "/w",
  timestamp: "2026-01-02T00:00:00Z",
};
const entry = (id: string, parentId: string | null, message: object, day = 3): object => ({
  type: "message",
  id,
  parentId,
  timestamp: `2026-01-0${day}T00:00:00Z`,
  message,
});
const user = (text: string): object => ({ role: "user", content: [{ type: "text", text }] });
const says = (text: string, more = {}): object => ({
  role: "assistant",
  content: [{ type: "text", text }],
  stopReason: "stop",
  ...more,
});

test("a branch of pi's tree sees the way to it alone", () => {
  const { runs } = readPi(
    [
      HEAD,
      entry("a", null, { role: "system", content: "", sections: { one: "S1", two: "S2" } }),
      entry("b", "a", user("fix")),
      entry("c", "b", says("one")),
      entry("d", "c", user("bad")),
      entry("e", "d", says("two")),
      entry("f", "c", user("good")),
      entry("g", "f", says("three")),
    ],
    null,
  );
  expect(contents(runs[1])).toEqual([
    "system: S1\n\nS2",
    "user: fix",
    "assistant: one",
    "user: good",
    "assistant: three",
  ]);
  expect(runs.map(turns)).toEqual([["one", "two"], ["three"]]);
});

test("a compaction of pi's keeps from the middle of a turn, and a second one starts from the first", () => {
  const { runs } = readPi(
    [
      HEAD,
      entry("a", null, user("fix")),
      entry("b", "a", says("one")),
      entry("c", "b", says("two")),
      { type: "compaction", id: "d", parentId: "c", summary: "so far", firstKeptEntryId: "c" },
      entry("e", "d", user("more")),
      entry("f", "e", says("three")),
      { type: "compaction", id: "g", parentId: "f", summary: "farther", firstKeptEntryId: "e" },
      entry("h", "g", says("four")),
    ],
    null,
  );
  expect(contents(runs[1])).toEqual([
    "user: so far",
    "assistant: two",
    "user: more",
    "assistant: three",
  ]);
  expect(contents(runs[2])).toEqual([
    "user: farther",
    "user: more",
    "assistant: three",
    "assistant: four",
  ]);
  expect(runs.map(turns)).toEqual([["one", "two"], ["three"], ["four"]]);
});

test("the system prompt of pi's is its first, and a change of it is counted: system_changed", () => {
  const prompt = (sections: object): object => ({ role: "system", sections });
  const { runs } = readPi(
    [
      HEAD,
      entry("s", null, prompt({ base: "be terse" })),
      entry("a", "s", user("fix")),
      entry("b", "a", says("one")),
      entry("c", "b", prompt({ base: "be long" })),
      entry("d", "c", says("two")),
    ],
    null,
  );
  expect(contents(runs[0])).toEqual([
    "system: be terse",
    "user: fix",
    "assistant: one",
    "assistant: two",
  ]);
  expect(runs[0]?.drops).toEqual({ system_changed: 1 });
});

test("tries that pi took out, and answers that were stopped or failed, are none", () => {
  const { runs } = readPi(
    [
      HEAD,
      entry("a", null, user("fix")),
      entry("b", "a", says("failed try")),
      { type: "context_edit", id: "c", parentId: "b", targetId: "b", replacement: null },
      entry("d", "c", says("cut", { stopReason: "aborted" })),
      entry("e", "d", says("", { stopReason: "error" })),
      entry("f", "e", { role: "bashExecution", command: "ls", output: "src", exitCode: 0 }),
      entry("g", "f", says("done")),
      { type: "novelty", id: "h", parentId: "g" },
    ],
    null,
  );
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "user: Ran `ls`\n```\nsrc\n```",
    "assistant: done",
  ]);
  expect(runs[0]?.drops).toEqual({
    taken_out: 1,
    aborted_reply: 1,
    failed_reply: 1,
    "unknown_line: novelty": 1,
  });
});

test("a forked session of pi's has what is older than itself as history", () => {
  const { runs } = readPi(
    [
      { ...HEAD, parentSession: "/w/2026-01-01_p0.jsonl" },
      entry("a", null, user("fix"), 1),
      entry("b", "a", says("one"), 1),
      entry("c", "b", user("more")),
      entry("d", "c", says("two")),
    ],
    null,
  );
  expect(runs[0]).toMatchObject({ kind: "fork", parent: "p0", history: 2 });
  expect(turns(runs[0])).toEqual(["two"]);
});

const step = (role: string, parts: object[], more = {}): object => ({
  info: {
    id: "m",
    role,
    time: { created: 5, completed: 6 },
    mode: "build",
    finish: "stop",
    ...more,
  },
  parts,
});
const text = (said: string, more = {}): object => ({ type: "text", text: said, ...more });
const session = (messages: object[], info = {}): object => ({
  info: { id: "o1", version: "1.18.33", directory: "/w", time: { created: 1 }, ...info },
  messages,
});

test("replies of OpenCode that were cut, and tools that were stopped, are no turns", () => {
  const running = {
    type: "tool",
    tool: "bash",
    callID: "c1",
    state: { status: "running", input: {} },
  };
  const aborted = {
    type: "tool",
    tool: "bash",
    callID: "c2",
    state: { status: "error", input: {}, error: "Tool execution aborted" },
  };
  const { runs } = readOpencode(
    session([
      step("user", [text("fix")]),
      step("assistant", [text("partial")], { finish: "unknown" }),
      step("assistant", [text("unfinished")], { time: { created: 5 }, finish: undefined }),
      step("assistant", [text("stopped")], { error: { name: "MessageAbortedError" } }),
      step("assistant", [], { time: { created: 5 } }),
      step("assistant", [text("runs"), running]),
      step("assistant", [text("killed"), aborted]),
      step("assistant", [text("done")]),
    ]),
  );
  expect(turns(runs[0])).toEqual(["done"]);
  expect(runs[0]?.messages).toHaveLength(8);
});

test("a fork of OpenCode's keeps the times of what it copied", () => {
  const { runs } = readOpencode(
    session(
      [
        step("user", [text("fix")], { time: { created: 2 } }),
        step("assistant", [text("one")], { time: { created: 3, completed: 4 } }),
        step("user", [text("more")], { time: { created: 9 } }),
        step("assistant", [text("two")], { time: { created: 9, completed: 9 } }),
      ],
      { time: { created: 8 } },
    ),
  );
  expect(runs[0]).toMatchObject({ kind: "fork", history: 2 });
  expect(turns(runs[0])).toEqual(["two"]);
});

test("a fork of OpenCode's names the session its last copied message was said in, and counts nothing twice", () => {
  const asked: unknown[] = [];
  const { runs } = readOpencode(
    session(
      [
        step("user", [text("fix"), { type: "file", mime: "image/png" }], { time: { created: 2 } }),
        step("assistant", [text("one"), { type: "hologram" }], {
          time: { created: 3, completed: 4 },
        }),
        step("assistant", [text("two"), { type: "hologram" }], {
          time: { created: 9, completed: 9 },
        }),
      ],
      { time: { created: 8 } },
    ),
    (role, created) => {
      asked.push([role, created]);
      return "ses_parent";
    },
  );
  expect(asked).toEqual([["assistant", 3]]);
  expect(runs[0]).toMatchObject({ kind: "fork", parent: "ses_parent", history: 2 });
  expect(runs[0]?.drops).toEqual({ "unknown_part: hologram": 1 });
});

test("arguments that OpenCode replaced, pictures and unknown parts are counted", () => {
  const invalid = {
    type: "tool",
    tool: "invalid",
    callID: "c1",
    state: {
      status: "completed",
      input: { tool: "bash", error: "JSON parsing failed" },
      output: "no",
    },
  };
  const { runs } = readOpencode(
    session([
      step("user", [
        text("fix"),
        { type: "file", mime: "image/png" },
        { type: "file", mime: "text/plain" },
      ]),
      step("assistant", [invalid]),
      step("assistant", [text("done"), { type: "hologram" }]),
    ]),
  );
  expect(turns(runs[0])).toEqual(["done"]);
  expect(runs[0]?.drops).toEqual({
    "media: image/png": 1,
    arguments_lost: 1,
    "unknown_part: hologram": 1,
  });
});

test("steps that old versions of OpenCode wrote into one message are replies of their own", () => {
  const tool = {
    type: "tool",
    tool: "ls",
    callID: "c1",
    state: { status: "completed", input: {}, output: "src" },
  };
  const { runs } = readOpencode(
    session([
      step("user", [text("fix")]),
      step("assistant", [
        { type: "step-start" },
        tool,
        { type: "step-finish" },
        { type: "step-start" },
        text("done"),
        { type: "step-finish" },
      ]),
    ]),
  );
  expect(contents(runs[0])).toEqual(["user: fix", "assistant: ", "tool: src", "assistant: done"]);
});

test("Cline's results are text, parts or lists of objects, and a call without one was stopped", () => {
  const use = (id: string): object => ({
    type: "tool_use",
    id,
    name: "run",
    input: { commands: ["ls"] },
  });
  const answer = (id: string, content: unknown): object => ({
    type: "tool_result",
    tool_use_id: id,
    content,
  });
  const { runs } = readCline(
    {
      agent: "lead",
      sessionId: "k1",
      messages: [
        { role: "user", content: "fix" },
        { role: "assistant", content: [use("a"), use("b")] },
        { role: "user", content: [answer("a", [{ query: "ls", success: false }])] },
        {
          role: "user",
          content: [answer("b", [{ type: "text", text: "src" }]), { type: "image" }],
        },
        { role: "assistant", content: [use("c")] },
      ],
    },
    { cwd: "/w" },
  );
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "assistant: ",
    'tool: [{"query":"ls","success":false}]',
    "tool: src",
    "assistant: ",
  ]);
  expect([...(runs[0]?.marks ?? [])]).toEqual([
    [2, ["error"]],
    [4, ["aborted"]],
  ]);
  expect(runs[0]?.drops).toEqual({ "media: image": 1 });
});

test("a command that the person ran in OpenCode is no turn of the agent's", () => {
  const tool = {
    type: "tool",
    tool: "bash",
    callID: "c1",
    state: { status: "completed", input: { command: "ls" }, output: "src" },
  };
  const { runs } = readOpencode(
    session([
      step("user", [text("ran by the person", { synthetic: true })]),
      step("assistant", [tool]),
      step("user", [text("fix")]),
      step("assistant", [{ type: "step-start" }, text("done")]),
    ]),
  );
  expect(turns(runs[0])).toEqual(["done"]);
  expect(runs[0]?.marks.get(1)).toEqual(["synthetic"]);
});
