import { expect, test } from "vitest";
import { readCodex } from "../../../src/core/formats/codex.ts";
import { isTurn, type Run } from "../../../src/core/formats/run.ts";

let ordinal = 0;
const meta = (over: object = {}): object => ({
  type: "session_meta",
  ordinal: 0,
  payload: { id: "t1", cwd: "/w", cli_version: "0.171.0", source: "exec", ...over },
});
const item = (payload: object, turn = "turn-1"): object => ({
  type: "response_item",
  ordinal: ++ordinal,
  payload: { ...payload, internal_chat_message_metadata_passthrough: { turn_id: turn } },
});
const user = (text: string, turn?: string): object =>
  item({ type: "message", role: "user", content: [{ type: "input_text", text }] }, turn);
const says = (text: string, turn?: string, over: object = {}): object =>
  item(
    { type: "message", role: "assistant", content: [{ type: "output_text", text }], ...over },
    turn,
  );
const call = (id: string, turn?: string, over: object = {}): object =>
  item(
    {
      type: "function_call",
      name: "exec_command",
      arguments: '{"cmd":"ls"}',
      call_id: id,
      ...over,
    },
    turn,
  );
const output = (id: string, text = `did ${id}`, turn?: string): object =>
  item({ type: "function_call_output", call_id: id, output: text }, turn);
const contents = (run: Run | undefined): string[] =>
  (run?.messages ?? []).map((message) => `${message.role}: ${message.content}`);
const turns = (run: Run | undefined): string[] =>
  (run?.messages ?? []).flatMap((message, at) =>
    run !== undefined && isTurn(run, at) ? [message.content] : [],
  );

test("items until an output are one reply; two messages, or a closed response, are two", () => {
  const { runs } = readCodex(
    [
      meta(),
      user("fix"),
      item({ type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], content: null }),
      says("look"),
      call("c1"),
      call("c2"),
      output("c1"),
      output("c2"),
      says("one"),
      says("two"),
      { type: "token_usage_record", payload: {} },
      call("c3"),
      output("c3"),
    ],
    null,
  );
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "assistant: look",
    "tool: did c1",
    "tool: did c2",
    "assistant: one",
    "assistant: two",
    "assistant: ",
    "tool: did c3",
  ]);
  expect(runs[0]?.messages[1]).toMatchObject({
    reasoning: "hm",
    tool_calls: [{ id: "c1" }, { id: "c2" }],
  });
});

test("free text of a custom tool and a shell call of old versions keep what was there", () => {
  const { runs } = readCodex(
    [
      meta(),
      user("fix"),
      item({ type: "custom_tool_call", name: "apply_patch", input: "*** Begin", call_id: "c1" }),
      item({ type: "custom_tool_call_output", call_id: "c1", output: "ok" }),
      item({ type: "local_shell_call", call_id: "c2", action: { type: "exec", command: ["ls"] } }),
      output("c2"),
      item({ type: "function_call", name: "f", arguments: "{not json", call_id: "c3" }),
      output("c3"),
    ],
    null,
  );
  expect(runs[0]?.messages.flatMap((message) => message.tool_calls ?? [])).toEqual([
    { id: "c1", name: "apply_patch", arguments: { input: "*** Begin" } },
    { id: "c2", name: "local_shell", arguments: { command: ["ls"] } },
    { id: "c3", name: "f", arguments: "{not json" },
  ]);
});

test("a fork that refers to its parent begins with the parent's lines as history", () => {
  const parent = [meta({ id: "t0" }), user("fix"), says("begun")];
  const fork = [
    meta({ forked_from_id: "t0", history_base: { thread_id: "t0", end_ordinal_exclusive: 99 } }),
    user("otherwise", "turn-2"),
    says("done otherwise", "turn-2"),
  ];
  const { runs } = readCodex(fork, parent);
  expect(runs[0]).toMatchObject({ id: "t1", kind: "fork", parent: "t0", history: 2 });
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "assistant: begun",
    "user: otherwise",
    "assistant: done otherwise",
  ]);
  expect(turns(runs[0])).toEqual(["done otherwise"]);
});

test("a fork whose parent is not at hand teaches nothing, since nobody knows what the model saw", () => {
  const { runs } = readCodex([meta({ forked_from_id: "t0" }), user("go"), says("on")], "missing");
  expect(turns(runs[0])).toEqual([]);
  expect(runs[0]?.drops).toEqual({ fork_without_parent: 1 });
});

test("a compaction in the middle of a turn begins a part, and its own answer is no message", () => {
  const { runs } = readCodex(
    [
      meta(),
      user("fix"),
      call("c1"),
      output("c1"),
      says("Summary: begun"),
      {
        type: "compacted",
        payload: {
          message: "note\nSummary: begun",
          replacement_history: [
            { type: "message", role: "user", content: [{ type: "input_text", text: "fix" }] },
            { type: "compaction", encrypted_content: "x" },
          ],
        },
      },
      call("c2"),
      output("c2"),
      says("done"),
    ],
    null,
  );
  expect(contents(runs[0])).toEqual(["user: fix", "assistant: ", "tool: did c1"]);
  expect(runs[1]).toMatchObject({ part: 2, history: 1 });
  expect(turns(runs[1])).toEqual(["", "done"]);
  expect(runs[0]?.drops).toEqual({ "unknown_part: compaction": 1 });
});

test("an old compaction without a history keeps what the person said, and the summary", () => {
  const { runs } = readCodex(
    [
      meta(),
      user("<environment_context>x</environment_context>"),
      user("fix"),
      says("begun"),
      { type: "compacted", payload: { message: "all begun" } },
      says("done"),
    ],
    null,
  );
  expect(contents(runs[1])).toEqual(["user: fix", "user: all begun", "assistant: done"]);
  expect([...(runs[1]?.marks ?? [])]).toEqual([[1, ["summary"]]]);
});

test.each([["aborted by user after 3.1s"], ["Wall time: 3.1 seconds\naborted by user"]])(
  "a tool that was running when the turn was stopped is no turn: %j",
  (said) => {
    const { runs } = readCodex(
      [
        meta(),
        user("fix"),
        call("c1"),
        output("c1", said),
        { type: "event_msg", payload: { type: "turn_aborted", turn_id: "turn-1" } },
        user("go on", "turn-2"),
        says("done", "turn-2"),
      ],
      null,
    );
    expect(turns(runs[0])).toEqual(["done"]);
  },
);

test("old files without envelopes are read", () => {
  const { runs } = readCodex(
    [
      { id: "old", timestamp: "t", instructions: "be good" },
      { record_type: "state" },
      { type: "message", role: "user", content: [{ type: "input_text", text: "fix" }] },
      {
        type: "function_call",
        name: "shell",
        arguments: '{"command":["bash","-lc","ls"]}',
        call_id: "c",
      },
      { type: "function_call_output", call_id: "c", output: '{"output":"src"}' },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "done" }] },
    ],
    null,
  );
  expect(runs[0]?.id).toBe("old");
  expect(contents(runs[0])).toEqual([
    "system: be good",
    "user: fix",
    "assistant: ",
    'tool: {"output":"src"}',
    "assistant: done",
  ]);
});

test("what is not known is counted by its name", () => {
  const { runs } = readCodex(
    [
      meta(),
      user("fix"),
      says("a"),
      item({ type: "web_search_call" }),
      { type: "novelty", payload: {} },
    ],
    null,
  );
  expect(runs[0]?.drops).toEqual({
    "unknown_part: web_search_call": 1,
    "unknown_line: novelty": 1,
  });
});

test("reasoning that nothing came of is no turn", () => {
  const thought = { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] };
  const { runs } = readCodex(
    [
      meta(),
      user("fix"),
      item({ type: "reasoning", summary: [], content: null }),
      user("go on", "turn-2"),
      item(thought, "turn-2"),
      user("now", "turn-3"),
      says("done", "turn-3"),
    ],
    null,
  );
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "user: go on",
    "assistant: ",
    "user: now",
    "assistant: done",
  ]);
  expect(turns(runs[0])).toEqual(["done"]);
});

test("a line that is there twice, by number and time, is read once; a number that begins again is not", () => {
  const at = (line: object, ordinal: number, timestamp: string): object => ({
    ...line,
    ordinal,
    timestamp,
  });
  const [asked, said, again] = [user("fix"), says("done"), says("and more")];
  const { runs } = readCodex(
    [
      meta(),
      at(asked, 1, "T1"),
      at(said, 2, "T2"),
      at(asked, 1, "T1"),
      at(said, 2, "T2"),
      at(again, 2, "T9"),
    ],
    null,
  );
  expect(turns(runs[0])).toEqual(["done", "and more"]);
  expect(runs[0]?.drops).toEqual({ line_twice: 2 });
});
