/** mini-swe-agent, SWE-agent, OpenHands, inspect, ATIF. */
import { expect, test } from "vitest";
import { readAtif } from "../../../src/core/formats/atif.ts";
import { documentFormat } from "../../../src/core/formats/detect.ts";
import { readSample } from "../../../src/core/formats/inspect.ts";
import { labelRun } from "../../../src/core/label/label.ts";
import { readMini } from "../../../src/core/formats/mini-swe-agent.ts";
import { readOpenhands } from "../../../src/core/formats/openhands.ts";
import { isTurn, type Reading, type Run } from "../../../src/core/formats/run.ts";
import { readSweAgent } from "../../../src/core/formats/swe-agent.ts";

const contents = (run: Run | undefined): string[] =>
  (run?.messages ?? []).map((message) => `${message.role}: ${message.content}`);
const turns = (run: Run | undefined): string[] =>
  (run?.messages ?? []).flatMap((message, at) =>
    run !== undefined && isTurn(run, at) ? [message.content] : [],
  );
const chatCall = (id: string): object => ({
  id,
  type: "function",
  function: { name: "bash", arguments: '{"command":"ls"}' },
});

test.each([
  ["Submitted", ["done"]],
  ["TimeExceeded", []],
])("a last call of mini-swe-agent without a result, exit status %s", (exit_status, expected) => {
  const { runs } = readMini({
    trajectory_format: "mini-swe-agent-1.1",
    info: { exit_status },
    messages: [
      { role: "user", content: "fix" },
      { role: "assistant", content: "done", tool_calls: [chatCall("c1")] },
      { role: "exit", content: "diff" },
    ],
  });
  expect(turns(runs[0])).toEqual(expected);
  expect(runs[0]?.messages).toHaveLength(2);
});

test("what SWE-agent writes itself when a limit ends the run is no turn", () => {
  const { runs } = readSweAgent({
    info: { exit_status: "exit_cost" },
    history: [
      { role: "user", content: "fix", message_type: "observation" },
      { role: "assistant", content: "Exit due to a door", action: "ls", message_type: "action" },
      { role: "user", content: "src" },
      { role: "assistant", content: "Exit due to context window", action: "", tool_calls: null },
      { role: "user", content: "NO OUTPUT" },
    ],
  });
  expect(turns(runs[0])).toEqual(["Exit due to a door"]);
  expect(runs[0]?.drops).toEqual({ agents_own_words: 2 });
});

const event = (kind: string, more: object): object => ({ id: JSON.stringify(more), kind, ...more });
const message = (source: string, role: string, text: string, id = text): object =>
  event("MessageEvent", { id, source, llm_message: { role, content: [{ type: "text", text }] } });
const action = (id: string, response: string, args = "{}"): object =>
  event("ActionEvent", {
    id: `e-${id}`,
    source: "agent",
    thought: [],
    tool_call: { id, name: "terminal", arguments: args },
    llm_response_id: response,
  });
const observed = (id: string): object =>
  event("ObservationEvent", {
    id: `o-${id}`,
    tool_call_id: id,
    observation: { content: [{ type: "text", text: `did ${id}` }] },
  });

test("a condensation of OpenHands' begins a part with the summary at its place", () => {
  const { runs } = readOpenhands({ id: "h" }, [
    message("user", "user", "fix"),
    action("c1", "r1"),
    action("c2", "r1"),
    observed("c1"),
    observed("c2"),
    event("Condensation", {
      id: "x",
      forgotten_event_ids: ["e-c1", "e-c2", "o-c1", "o-c2"],
      summary: "looked",
      summary_offset: 1,
    }),
    action("c3", "r3"),
    observed("c3"),
    message("agent", "assistant", "done"),
  ]);
  expect(contents(runs[1])).toEqual([
    "user: fix",
    "user: looked",
    "assistant: ",
    "tool: did c3",
    "assistant: done",
  ]);
  expect(runs.map((run) => [run.part, run.history])).toEqual([
    [1, 0],
    [2, 2],
  ]);
});

test("arguments that OpenHands replaced, and an action that a limit cut short, are no turns", () => {
  const lost = '{"_openhands_malformed_tool_call": true, "error": "no JSON"}';
  const { runs } = readOpenhands({ id: "h" }, [
    message("user", "user", "fix"),
    action("c1", "r1", lost),
    event("AgentErrorEvent", { tool_call_id: "c1", error: "no JSON" }),
    action("c2", "r2"),
    event("ConversationErrorEvent", { code: "MaxIterationsReached" }),
    event("NoveltyEvent", {}),
  ]);
  expect(turns(runs[0])).toEqual([]);
  expect(runs[0]?.drops).toEqual({ arguments_lost: 1, "unknown_line: NoveltyEvent": 1 });
});

test("what react() took out of the last message is put back from the last model event", () => {
  const said = {
    id: "m2",
    role: "assistant",
    content: "I submit.",
    source: "generate",
    tool_calls: [{ id: "c1", function: "submit", arguments: { answer: "x" } }],
  };
  const { runs } = readSample(
    {
      id: 7,
      epoch: 2,
      messages: [
        { role: "user", content: "fix" },
        { ...said, content: "I submit.\n\nx", tool_calls: null },
      ],
      events: [{ event: "model", output: { choices: [{ message: said }] } }, { event: "score" }],
      scores: { s: { value: "I" } },
    },
    {},
  );
  expect(runs[0]).toMatchObject({ id: "7", verdict: "failure" });
  expect(runs[0]?.messages[1]).toEqual({
    role: "assistant",
    content: "I submit.",
    tool_calls: [{ id: "c1", name: "submit", arguments: { answer: "x" } }],
  });
  expect(turns(runs[0])).toEqual(["I submit."]);
});

test.each([
  [{ limit: { type: "message", limit: 6 } }, "limit_message", "FAILURE"],
  [{ limit: { limit: 6 } }, "limit_unknown", "FAILURE"],
  [{ error: { message: "boom" } }, "error", "FAILURE"],
  [{}, undefined, "UNKNOWN"],
])("a sample of inspect with %j ended with %j", (more, ending, label) => {
  const messages = [
    { role: "user", content: "fix" },
    { role: "assistant", content: "Let me look." },
  ];
  const [run] = readSample({ id: "s", messages, ...more }, {}).runs;
  expect(run?.exit_status).toBe(ending);
  const input = { messages: run?.messages ?? [], notTurns: new Set<number>(), verdict: null };
  expect(labelRun({ ...input, exit_status: run?.exit_status ?? null }).label).toBe(label);
});

test("a call that inspect could not parse is no turn, and long texts are looked up", () => {
  const { runs } = readSample(
    {
      id: "s",
      attachments: { abc: "the long text" },
      messages: [
        { role: "user", content: "attachment://abc" },
        {
          role: "assistant",
          content: [
            { type: "reasoning", reasoning: "cipher", redacted: true },
            { type: "text", text: "hm" },
            { type: "image", image: "data" },
          ],
          tool_calls: [{ id: "c", function: "bash", arguments: {}, parse_error: "no JSON" }],
        },
        {
          role: "tool",
          tool_call_id: "c",
          content: "",
          error: { type: "parsing", message: "no JSON" },
        },
        { role: "assistant", content: "done" },
      ],
    },
    {},
  );
  expect(contents(runs[0])).toEqual([
    "user: the long text",
    "assistant: hm",
    "tool: Error: no JSON",
    "assistant: done",
  ]);
  expect(turns(runs[0])).toEqual(["done"]);
  expect(runs[0]?.drops).toEqual({ arguments_lost: 1, "media: image": 1 });
});

const atif = (steps: object[], more = {}): Reading =>
  readAtif(
    {
      schema_version: "ATIF-v1.7",
      session_id: "t",
      agent: { name: "toy", version: "1" },
      steps: steps.map((step, at) => ({ step_id: at + 1, ...step })),
      ...more,
    },
    { trial: null },
  );
const task = { source: "user", message: "fix" };
const agent = (text: string, more = {}): object => ({ source: "agent", message: text, ...more });
const atifCall = (id: string): object => ({
  tool_call_id: id,
  function_name: "bash",
  arguments: {},
});

test("results of ATIF that name no call belong to the first calls; what is left over is a user's", () => {
  const { runs } = atif([
    task,
    agent("look", {
      tool_calls: [atifCall("a"), atifCall("b")],
      observation: { results: [{ content: "1" }, { content: "2" }, { content: "complaint" }] },
    }),
    // The same id comes back in a later step.
    agent("again", {
      tool_calls: [atifCall("a")],
      observation: { results: [{ source_call_id: "a", content: "3" }] },
    }),
    agent("bare", { observation: { results: [{ content: "note" }] } }),
  ]);
  expect(contents(runs[0])).toEqual([
    "user: fix",
    "assistant: look",
    "tool: 1",
    "tool: 2",
    "user: complaint",
    "assistant: again",
    "tool: 3",
    "assistant: bare",
    "user: note",
  ]);
});

test.each([
  ["the message again", "look", "look at it"],
  ["the whole message", "look at it", "look at it"],
])("reasoning of ATIF that is %s is none", (_, reasoning_content, text) => {
  const { runs } = atif([task, agent(text, { reasoning_content })]);
  expect(runs[0]?.messages[1]).toEqual({ role: "assistant", content: text });
  expect(runs[0]?.drops).toEqual({ reasoning_is_message: 1 });
});

test("a trajectory of ATIF without a task teaches nothing", () => {
  const { runs } = atif([agent("look"), agent("done")]);
  expect(turns(runs[0])).toEqual([]);
  expect(runs[0]?.drops).toEqual({ no_task: 1 });
});

test("a boundary of ATIF's restarts the history with what it observed", () => {
  const { runs } = atif([
    task,
    agent("one"),
    {
      source: "system",
      message: "",
      observation: { results: [{ content: "so far" }] },
      extra: { context_management: { boundary: "replace" } },
    },
    agent("two"),
  ]);
  expect(contents(runs[1])).toEqual(["user: so far", "assistant: two"]);
  expect(runs.map((run) => [run.part, turns(run)])).toEqual([
    [1, ["one"]],
    [2, ["two"]],
  ]);
});

test("two results for one call of ATIF's are two messages", () => {
  const { runs } = atif([
    task,
    agent("look", {
      tool_calls: [atifCall("a")],
      observation: {
        results: [
          { source_call_id: "a", content: "1" },
          { source_call_id: "a", content: "2" },
        ],
      },
    }),
  ]);
  expect(contents(runs[0])).toEqual(["user: fix", "assistant: look", "tool: 1", "tool: 2"]);
});

test("an event of OpenHands' that hangs on an earlier one begins a part from there", () => {
  const { runs } = readOpenhands({ id: "h" }, [
    message("user", "user", "fix"),
    { ...message("agent", "assistant", "one"), parent_id: "fix" },
    { ...message("user", "user", "bad"), parent_id: "one" },
    { ...message("agent", "assistant", "two"), parent_id: "bad" },
    { ...message("user", "user", "good"), parent_id: "one" },
    { ...message("agent", "assistant", "three"), parent_id: "good" },
  ]);
  expect(contents(runs[1])).toEqual([
    "user: fix",
    "assistant: one",
    "user: good",
    "assistant: three",
  ]);
  expect(runs.map(turns)).toEqual([["one", "two"], ["three"]]);
});

const attempt = (answer: string, more: object = {}): object => ({
  info: { exit_status: "submitted" },
  history: [
    { role: "user", content: "fix" },
    { role: "assistant", content: "a demonstration", is_demo: true },
    { role: "assistant", content: answer, action: "ls" },
    { role: "user", content: "src" },
  ],
  ...more,
});

test("every attempt of a retrying SWE-agent is a run, and the chosen one is read once", () => {
  const file = {
    attempts: [
      attempt("one"),
      attempt("two"),
      attempt("three", { environment: "e" }),
      { info: {} },
    ],
    ...attempt("two", { info: { exit_status: "submitted", best_attempt_idx: 1 } }),
  };
  expect(documentFormat(file)).toBe("swe-agent");
  const { runs, drops } = readSweAgent(file, "a__b-1");
  expect(runs.map((run) => [run.id, run.attempt, turns(run)])).toEqual([
    [null, undefined, ["two"]],
    ["a__b-1#attempt-1", 1, ["one"]],
    ["a__b-1#attempt-3", 3, ["three"]],
  ]);
  expect(runs.map((run) => run.drops)).toEqual([{ attempt_without_history: 1 }, {}, {}]);
  expect(drops).toEqual({});
});

test("of a retrying SWE-agent that was stopped before it chose, all attempts are runs", () => {
  const file = { attempts: [attempt("one"), attempt("one")] };
  expect(documentFormat(file)).toBe("swe-agent");
  const { runs } = readSweAgent(file, "a__b-1");
  expect(runs.map((run) => [run.id, run.instance_id])).toEqual([
    ["a__b-1#attempt-1", "a__b-1"],
    ["a__b-1#attempt-2", "a__b-1"],
  ]);
  expect(readSweAgent({ attempts: [{ info: {} }] }).drops).toEqual({ attempt_without_history: 1 });
});
