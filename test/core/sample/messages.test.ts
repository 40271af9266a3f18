import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cleanText, contentText, normaliseMessages } from "../../../src/core/sample/messages.ts";
import { toolCallSchema, type Message } from "../../../src/records/message.ts";
import { renderCall } from "../../../src/core/turn/calls.ts";

function messagesOf(value: unknown, style: "text" | "keep"): readonly Message[] {
  const read = normaliseMessages(value, style);
  if (!read.ok) throw new Error(read.detail);
  return read.value.messages;
}

test.each([
  ["null", null, ""],
  ["nothing", undefined, ""],
  ["text", "ls\r\n", "ls\r\n"],
  [
    "a list of parts",
    [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ],
    "a\nb",
  ],
  ["a part that is no text", [{ type: "text", text: "a" }, { type: "image_url" }], "a"],
  ["an empty list", [], ""],
])("content that is %s becomes text", (_what, content, text) => {
  expect(contentText(content)).toBe(text);
});

test.each([
  ["NUL", "a\0b", "a\uFFFDb"],
  ["a lone high surrogate", "a\uD800b", "a\uFFFDb"],
  ["a lone low surrogate", "\uDC00", "\uFFFD"],
])("%s becomes U+FFFD", (_what, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test("a pair of surrogates, line ends and escape codes stay as they are", () => {
  const text = "\u{1F600} a\r\nb\rc \u001b[31mred";
  expect(cleanText(text)).toBe(text);
});

test("a turn of 100 kB stays whole", () => {
  const text = "x".repeat(100_266);
  expect(messagesOf([{ role: "user", content: text }], "text")[0]?.content).toBe(text);
});

test("messages are read from a JSON string, from {from, value} and from {from: [], value: []}", () => {
  const plain = [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ];
  const columns = { from: ["human", "gpt"], value: ["a", "b"] };
  const list = [
    { from: "user", value: "a" },
    { from: "assistant", value: "b" },
  ];
  for (const value of [plain, JSON.stringify(plain), columns, list]) {
    expect(messagesOf(value, "text")).toEqual(plain);
  }
});

test.each([
  ["null", null, "the messages are missing"],
  ["an empty list", [], "the list of messages is empty"],
  ["a text that is not JSON", "[{", "the messages are a text that is no JSON"],
  ["a list of texts", ["a"], "message 1 is a string"],
  [
    "a message without a role",
    [{ role: "user", content: "a" }, { content: "a" }],
    "message 2: it has no role",
  ],
  [
    "columns of different length",
    { from: ["user"], value: [] },
    "the columns from and value have 1 and 0 elements",
  ],
  ["roles alone that are unknown", [{ role: "critic" }], "no message is of a role that is known"],
])("%s is not messages, and says why", (_what, value, detail) => {
  expect(normaliseMessages(value, "text")).toEqual({ ok: false, detail });
});

const call = (name: string, args: unknown): object => ({
  id: "1",
  type: "function",
  function: { name, arguments: args },
});

test.each([
  ["a shell call", call("bash", '{"command": "ls -la"}'), "```bash\nls -la\n```"],
  ["a call with ready arguments", call("execute_bash", { command: "ls" }), "```bash\nls\n```"],
  ["a command with fences", call("bash", '{"command": "echo ```"}'), "````bash\necho ```\n````"],
  [
    "another tool",
    call("open", '{"path": "a.py"}'),
    '```json\n{\n "name": "open",\n "arguments": {\n  "path": "a.py"\n }\n}\n```',
  ],
  [
    "arguments that are not JSON",
    call("bash", '{"command": '),
    '```json\n{\n "name": "bash",\n "arguments": "{\\"command\\": "\n}\n```',
  ],
])("%s is rendered as a block", (_what, toolCall, text) => {
  expect(renderCall(toolCallSchema.parse(toolCall))).toBe(text);
});

test("a call with null content becomes text, and the tool's answer a user turn", () => {
  const raw = [
    { role: "user", content: "list" },
    { role: "assistant", content: null, tool_calls: [call("bash", '{"command": "ls"}')] },
    { role: "tool", content: "a.py", tool_call_id: "1" },
  ];
  expect(messagesOf(raw, "text")).toEqual([
    { role: "user", content: "list" },
    { role: "assistant", content: "```bash\nls\n```" },
    { role: "user", content: "a.py" },
  ]);
  expect(messagesOf(raw, "keep")[1]).toEqual({
    role: "assistant",
    content: "",
    tool_calls: [{ id: "1", name: "bash", arguments: { command: "ls" } }],
  });
});

test("a legacy function_call is a tool call", () => {
  const raw = [
    { role: "assistant", content: "", function_call: { name: "bash", arguments: '{"cmd":"pwd"}' } },
  ];
  expect(messagesOf(raw, "text")[0]?.content).toBe("```bash\npwd\n```");
});

test("a call that the content shows already is not shown twice", () => {
  const content = "THOUGHT: look\n\n```bash\nls\n```";
  const raw = [{ role: "assistant", content, tool_calls: [call("bash", { command: "ls" })] }];
  expect(messagesOf(raw, "text")[0]?.content).toBe(content);
});

test.each(["trajectories", "smith_tool", "toolbench", "toolcall_conversations"])(
  "every real conversation of %s is read, with as many messages as it has",
  (name) => {
    const lines = readFileSync(`test/fixtures/real/${name}.jsonl`, "utf8").trim().split("\n");
    for (const line of lines) {
      const row = JSON.parse(line) as { messages?: unknown; conversations?: { from: unknown[] } };
      const raw = row.messages ?? row.conversations;
      const list = (typeof raw === "string" ? JSON.parse(raw) : raw) as
        { length: number } | { from: unknown[] };
      const length = "from" in list ? list.from.length : list.length;
      expect(messagesOf(raw, "text")).toHaveLength(length);
    }
  },
);
