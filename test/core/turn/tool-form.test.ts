import fc from "fast-check";
import { expect, test } from "vitest";
import { MALFORMED_REASONS } from "../../../src/core/turn/form.ts";
import { checkToolForm, messageOf } from "../../../src/core/turn/tool-form.ts";
import { callsAsText } from "../../../src/core/wire/text-form.ts";
import type { ToolCall } from "../../../src/records/message.ts";

const tool = (name: string, parameters: object): object => ({
  type: "function",
  function: { name, description: "", parameters },
});
const TOOLS = [
  tool("read", {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { path: { type: "string" }, lines: { type: "array", items: { type: "integer" } } },
    required: ["path"],
    additionalProperties: false,
  }),
  tool("bash", { type: "object", properties: { command: { type: "string", format: "shell" } } }),
  tool("odd", { type: "no such type" }),
  tool("old", { type: "object", properties: { x: { items: [{ type: "string" }] } } }),
];
const call = (name: string, args: ToolCall["arguments"], id = "c1"): ToolCall => ({
  id,
  name,
  arguments: args,
});

test("one call, several calls, and an answer in words alone keep the form", () => {
  const read = call("read", { path: "a.py", lines: [1, 2] });
  const bash = call("bash", { command: "ls -la" }, "c2");
  expect(checkToolForm({ content: "look", tool_calls: [read, bash] }, TOOLS)).toEqual({
    ok: true,
    thought: "look",
    text: 'look\n\n```json\n{\n "name": "read",\n "arguments": {\n  "path": "a.py",\n  "lines": [\n   1,\n   2\n  ]\n }\n}\n```\n\n```bash\nls -la\n```',
    command: 'read {"path":"a.py","lines":[1,2]}\nls -la',
    message: { role: "assistant", content: "look", tool_calls: [read, bash] },
  });
  expect(checkToolForm({ content: "<think>hm</think>All done." }, TOOLS)).toEqual({
    ok: true,
    thought: "All done.",
    text: "All done.",
    command: "",
  });
});

test.each([
  ["empty", { content: " " }, "there was neither a call nor an answer"],
  [
    "tool_call_tokens",
    { content: "<|tool_calls_section_begin|>functions.read:0" },
    "tool-call tokens (<|tool_calls_section_begin|>) in the text",
  ],
  [
    "unknown_tool",
    { content: "", tool_calls: [call("write", {})] },
    'there is no tool "write"; there are read, bash, odd, old',
  ],
  [
    "arguments_no_json",
    { content: "", tool_calls: [call("bash", '{"command": ')] },
    "the arguments of bash are not a JSON object",
  ],
  [
    "arguments_misfit",
    { content: "", tool_calls: [call("read", {})] },
    "the arguments of read do not fit: must have required property 'path'",
  ],
  [
    "arguments_misfit",
    { content: "", tool_calls: [call("read", { path: "a", lines: ["1"] })] },
    "the arguments of read do not fit: lines.0 must be integer",
  ],
  [
    "arguments_misfit",
    { content: "", tool_calls: [call("read", { path: "a", all: true })] },
    'the arguments of read do not fit: must NOT have additional properties ("all")',
  ],
] as const)("an answer is malformed with %s", (reason, reply, detail) => {
  expect(checkToolForm(reply, TOOLS)).toMatchObject({ ok: false, reason, detail });
});

test("a schema that cannot be used, or is of an older standard, lets any object pass", () => {
  for (const name of ["odd", "old"]) {
    expect(checkToolForm({ content: "", tool_calls: [call(name, { x: ["a"] })] }, TOOLS).ok).toBe(
      true,
    );
  }
});

test("calls that stand in the text as blocks are read out of it", () => {
  const calls = [call("read", { path: "a```b\n" }), call("bash", { command: 'echo "x"' }, "c2")];
  const content = callsAsText({ content: "I look.", tool_calls: calls });
  expect(checkToolForm({ content }, TOOLS)).toMatchObject({
    ok: true,
    message: { role: "assistant", content: "I look.", tool_calls: calls },
  });
  const broken = '```tool_call\n{"name": "bash", "arguments": {\n```';
  expect(checkToolForm({ content: broken }, TOOLS)).toMatchObject({ reason: "arguments_no_json" });
});

test("calls without an id, or with one that is taken, get one of their own", () => {
  const same = [call("bash", {}, ""), call("bash", {}, "x"), call("bash", {}, "x")];
  expect(messageOf({ content: "", tool_calls: same }).tool_calls?.map(({ id }) => id)).toEqual([
    "call_1",
    "x",
    "call_3",
  ]);
});

test("the check is total over any reply and any schema", () => {
  const anything = fc.anything({ withNullPrototype: false });
  fc.assert(
    fc.property(
      fc.string(),
      anything,
      fc.dictionary(fc.string(), anything),
      (content, schema, args) => {
        const tools = [{ type: "function", function: { name: "x", parameters: schema } }];
        const form = checkToolForm({ content, tool_calls: [call("x", args)] }, tools);
        expect(form.ok || MALFORMED_REASONS.includes(form.reason)).toBe(true);
      },
    ),
  );
});
