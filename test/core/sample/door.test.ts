import { expect, test } from "vitest";
import { enter, type DoorSettings } from "../../../src/core/sample/door.ts";
import { trajectoryOf, type ReadyTurn } from "../../../src/core/sample/shapes.ts";
import { turnAt } from "../../../src/core/sample/turns.ts";

const SETTINGS: DoorSettings = { style: "auto", reasoning: "drop", media: "drop" };

const call = (id: string): object => ({
  id,
  type: "function",
  function: { name: "bash", arguments: '{"command": "ls"}' },
});
const CALLED = [
  {
    role: "user",
    content: [
      { type: "text", text: "look" },
      { type: "image_url", image_url: {} },
    ],
  },
  { role: "assistant", content: null, reasoning_content: "hm", tool_calls: [call("a"), call("b")] },
  { role: "tool", content: "A", tool_call_id: "a" },
  { role: "tool", content: "B", tool_call_id: "b" },
  { role: "critic", content: "?" },
  { role: "assistant", content: "done", reasoning: "good" },
];

function turnOf(
  messages: readonly object[],
  at: number,
): { turn: ReadyTurn; lost: Record<string, number> } {
  const read = trajectoryOf({ instance_id: "x", messages }, "keep");
  if (!read.ok) throw new Error(read.reason);
  const turn = turnAt(read.value, at, 100);
  if (!turn.ok) throw new Error(turn.reason);
  return { turn: turn.value, lost: read.value.run.drops };
}

function entered(messages: readonly object[], at: number, over: Partial<DoorSettings> = {}) {
  const { turn, lost } = turnOf(messages, at);
  return enter(turn, lost, { ...SETTINGS, ...over });
}

test("a run that calls tools is of the protocol tools; parallel calls and ids stay", () => {
  expect(entered(CALLED, 5)).toMatchObject({
    ok: true,
    value: {
      protocol: "tools",
      tools_from: "inferred",
      tools: [{ function: { name: "bash", parameters: { properties: { command: {} } } } }],
      messages: [
        { role: "user", content: "look" },
        {
          role: "assistant",
          tool_calls: [
            { id: "a", name: "bash", arguments: { command: "ls" } },
            { id: "b", name: "bash", arguments: { command: "ls" } },
          ],
        },
        { role: "tool", content: "A", tool_call_id: "a" },
        { role: "tool", content: "B", tool_call_id: "b" },
      ],
      reasoningLeft: 2,
    },
  });
});

test("a run that writes its commands down is of the protocol bash, whatever its results are called", () => {
  const messages = [
    { role: "user", content: "go" },
    { role: "agent", content: "```bash\nls\n```" },
    { role: "environment", content: "src" },
    { role: "agent", content: "done" },
  ];
  expect(entered(messages, 3)).toMatchObject({
    value: {
      protocol: "bash",
      messages: [{}, { role: "assistant" }, { role: "user", content: "src" }],
    },
  });
});

test("style = bash and the older tool_calls = text write calls down as blocks", () => {
  for (const over of [{ style: "bash" }, { tool_calls: "text" }] as const) {
    const turn = entered(CALLED, 1, over);
    expect(turn).toMatchObject({
      value: { protocol: "bash", assistant: "```bash\nls\n```\n\n```bash\nls\n```" },
    });
    expect(turn).not.toHaveProperty("value.assistant_message");
    expect(turn).not.toHaveProperty("value.tools");
  }
});

test("parts and roles that are not known are left out, counted and named", () => {
  expect(turnOf(CALLED, 5).lost).toEqual({
    "unknown_part: image_url": 1,
    "unknown_role: critic": 1,
  });
});

test("a call without a name is left out and counted", () => {
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: "", tool_calls: [{ id: "a" }, call("b")] },
    { role: "assistant", content: "done" },
  ];
  const { turn, lost } = turnOf(messages, 2);
  expect(lost).toEqual({ "unknown_call: without a name": 1 });
  expect(turn.messages[1]?.tool_calls?.map(({ id }) => id)).toEqual(["b"]);
});

test.each([
  [{ name: "f" }, { "unknown_call: tool_calls are no list": 1 }],
  ["ls", { "unknown_call: tool_calls are no list": 1 }],
  [{}, {}],
  ["", {}],
  [null, {}],
])("tool_calls %j that are no list lose %j", (tool_calls, expected) => {
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: "done", tool_calls },
  ];
  expect(turnOf(messages, 1).lost).toEqual(expected);
});

test("media = refuse drops a row with an image", () => {
  expect(entered(CALLED, 5, { media: "refuse" })).toEqual({
    ok: false,
    reason: "media",
    detail: "unknown_part: image_url",
  });
});

test.each([
  ["media: image", false],
  ["media: image/png", false],
  ["media: inlineData", false],
  ["unknown_part: input_audio", false],
  ["unknown_part: critic", true],
  ["torn_line", true],
])("under media = refuse a run of which %s was lost is let in: %s", (lost, ok) => {
  const { turn } = turnOf(CALLED, 5);
  expect(enter(turn, { [lost]: 1 }, { ...SETTINGS, media: "refuse" }).ok).toBe(ok);
  expect(enter(turn, { [lost]: 1 }, SETTINGS).ok).toBe(true);
});

test("style = tools drops a run that neither calls nor names a tool with no_tools", () => {
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: "done" },
  ];
  expect(entered(messages, 1, { style: "tools" })).toEqual({ ok: false, reason: "no_tools" });
});

test.each([
  ["drop", undefined, "done", 2],
  ["think", undefined, "<think>\ngood\n</think>\n\ndone", 0],
  ["field", "good", "done", 0],
] as const)("reasoning = %s", (reasoning, field, assistant, left) => {
  const turn = entered(CALLED, 5, { reasoning });
  if (!turn.ok) throw new Error(turn.reason);
  expect(turn.value.assistant_message?.reasoning).toBe(field);
  expect(turn.value.assistant).toBe(assistant);
  expect(turn.value.reasoningLeft).toBe(left);
  const [, said] = turn.value.messages;
  expect(said?.reasoning).toBe(reasoning === "field" ? "hm" : undefined);
  expect(said?.content).toBe(reasoning === "think" ? "<think>\nhm\n</think>\n\n" : "");
});

test.each([
  ["a call without arguments", { id: "a", function: { name: "ls" } }, {}],
  ["null for arguments", { id: "a", function: { name: "ls", arguments: null } }, {}],
  ["arguments that are no JSON", { id: "a", function: { name: "ls", arguments: "{x" } }, "{x"],
  ["arguments that are a list", { id: "a", function: { name: "ls", arguments: "[1]" } }, "[1]"],
])("%s is read as it was made", (_what, toolCall, args) => {
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: "", tool_calls: [toolCall] },
    { role: "tool", content: "out" },
    { role: "assistant", content: "done" },
  ];
  expect(entered(messages, 3)).toMatchObject({
    value: {
      messages: [
        {},
        { tool_calls: [{ id: "a", name: "ls", arguments: args }] },
        { content: "out" },
      ],
    },
  });
});

test("blocks of Anthropic's shape are calls, results and thoughts; positions stay those of the row", () => {
  const messages = [
    { role: "user", content: "go" },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "hm" },
        { type: "text", text: "Listing." },
        { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls" } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "src" }] },
        { type: "text", text: "and now?" },
      ],
    },
    { role: "assistant", content: [{ type: "text", text: "Done." }] },
  ];
  expect(entered(messages, 3, { reasoning: "field" })).toMatchObject({
    value: {
      assistant: "Done.",
      messages: [
        { role: "user", content: "go" },
        {
          role: "assistant",
          content: "Listing.",
          reasoning: "hm",
          tool_calls: [{ id: "t1", name: "Bash", arguments: { command: "ls" } }],
        },
        { role: "tool", content: "src", tool_call_id: "t1" },
        { role: "user", content: "and now?" },
      ],
    },
  });
});
