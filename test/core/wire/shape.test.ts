import { expect, test } from "vitest";
import { mannerOf } from "../../../src/core/wire/families.ts";
import { NO_RESULT } from "../../../src/core/wire/order.ts";
import { shapeRequest } from "../../../src/core/wire/shape.ts";
import { normaliseMessages } from "../../../src/core/sample/messages.ts";
import { asChat } from "../../../src/core/turn/king-prompt.ts";
import type { Manner } from "../../../src/calls/manner.ts";
import type { ChatMessage } from "../../../src/work.ts";
import { CASES, missingIn, piecesOf, REAL_HISTORIES } from "../../support/histories.ts";

const PLAIN: Manner = {
  native: true,
  split: false,
  systemToUser: false,
  alternate: false,
  filled: "no",
  stream: "untried",
};
const MANNERS: readonly (readonly [string, Manner])[] = [
  ["calls as they are", PLAIN],
  ["one call a message", { ...PLAIN, split: true }],
  ["no system message, in turn", { ...PLAIN, systemToUser: true, alternate: true }],
  ["calls as text", { ...PLAIN, native: false }],
  ["calls as text, no system message", { ...PLAIN, native: false, systemToUser: true }],
];

function historyOf(messages: unknown): readonly ChatMessage[] {
  const read = normaliseMessages(messages, "keep");
  if (!read.ok) throw new Error(read.detail);
  return asChat(read.value.messages, "tools");
}

/** What has to hold of every list of messages that is sent. */
function checkForm(messages: readonly ChatMessage[], manner: Manner): void {
  const roles = messages.map(({ role }) => role);
  expect(roles.lastIndexOf("system")).toBeLessThanOrEqual(0);
  if (manner.systemToUser) expect(roles).not.toContain("system");
  if (!manner.native) expect(roles).not.toContain("tool");
  const open: string[] = [];
  const ids = new Set<string>();
  for (const [at, message] of messages.entries()) {
    expect(typeof message.content).toBe("string");
    const before = messages[at - 1];
    if (message.role === "tool") {
      expect(message.tool_call_id).toBe(open.shift());
      expect(message.name).toBeTruthy();
      continue;
    }
    expect(open).toEqual([]);
    if (message.role === before?.role) expect([message.role, at]).toBe("two in a row");
    if (message.role === "user" && before?.role === "tool") {
      expect([message.isOurs, manner.alternate]).toEqual([true, false]);
    }
    for (const { id } of message.tool_calls ?? []) {
      expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
      expect(ids.has(id)).toBe(false);
      ids.add(id);
      open.push(id);
    }
    if (message.tool_calls !== undefined) {
      expect(message.tool_calls.length).toBeGreaterThan(0);
      if (manner.split) expect(message.tool_calls).toHaveLength(1);
    }
  }
  expect(open).toEqual([]);
}

test.each(
  MANNERS.flatMap(([name, manner]) => CASES.map((one) => [one.case, name, one, manner] as const)),
)("%s, sent with %s, keeps all that it must contain", (_case, _name, one, manner) => {
  const messages = historyOf(one.messages);
  const request = one.tools === null ? { messages } : { messages, tools: one.tools };
  const shaped = shapeRequest(request, manner);
  checkForm(shaped.messages, manner);
  const wire = JSON.stringify(shaped);
  const missing = missingIn(
    wire,
    one.must_contain.map((text) => ({ what: "must_contain", text })),
  );
  // Thoughts are in a history only where [source].reasoning shows them; here they are.
  expect(missing).toEqual([]);
});

test.each(
  MANNERS.flatMap(([name, manner]) =>
    REAL_HISTORIES.map((one, at) => [`${one.format} ${at}`, name, one, manner] as const),
  ),
)("a real history of %s, sent with %s, loses nothing", (_format, _name, one, manner) => {
  const messages = [
    ...asChat(one.messages, "tools"),
    { role: "user", content: "ASK", isOurs: true as const },
  ];
  const shaped = shapeRequest({ messages, tools: one.tools ?? [] }, manner);
  checkForm(shaped.messages, manner);
  const pieces = piecesOf(one.messages).filter(({ what }) => what !== "id");
  expect(missingIn(JSON.stringify(shaped), pieces)).toEqual([]);
  if (manner.native) expect(shaped.tools?.length).toBeGreaterThan(0);
});

const call = (id: string, name = "ls") => ({ id, name, arguments: {} });
const said = (...ids: string[]): ChatMessage => ({
  role: "assistant",
  content: "",
  tool_calls: ids.map((id) => call(id)),
});
const result = (content: string, id?: string): ChatMessage => ({
  role: "tool",
  content,
  ...(id === undefined ? {} : { tool_call_id: id }),
});

test.each<[string, ChatMessage[], unknown[]]>([
  [
    "a call without a result is answered by one that says so",
    [said("a"), { role: "user", content: "stop" }],
    [
      ["assistant", "", ["call00001"]],
      ["tool", `${NO_RESULT}\n\nstop`],
    ],
  ],
  [
    "a run that ends in a call is answered as well",
    [{ role: "user", content: "go" }, said("a")],
    [
      ["user", "go"],
      ["assistant", "", ["call00001"]],
      ["tool", NO_RESULT],
    ],
  ],
  [
    "a result without a call is the user's words",
    [{ role: "user", content: "go" }, result("out", "x")],
    [["user", "go\n\n[result of x]\nout"]],
  ],
  [
    "results come into the order of their calls",
    [said("a", "b"), result("B", "b"), result("A", "a")],
    [
      ["assistant", "", ["call00001", "call00002"]],
      ["tool", "A"],
      ["tool", "B"],
    ],
  ],
  [
    "an id that is used twice answers each call with its own result",
    [said("a"), result("one", "a"), said("a"), result("two", "a")],
    [
      ["assistant", "", ["call00001"]],
      ["tool", "one"],
      ["assistant", "", ["call00002"]],
      ["tool", "two"],
    ],
  ],
  [
    "an id that is used twice in one message as well",
    [said("a", "a"), result("one", "a"), result("two", "a")],
    [
      ["assistant", "", ["call00001", "call00002"]],
      ["tool", "one"],
      ["tool", "two"],
    ],
  ],
  [
    "results without ids are taken by place",
    [said("a", "b"), result("one"), result("two")],
    [
      ["assistant", "", ["call00001", "call00002"]],
      ["tool", "one"],
      ["tool", "two"],
    ],
  ],
  [
    "a result that comes late is brought to its call",
    [said("a"), { role: "user", content: "wait" }, result("late", "a")],
    [
      ["assistant", "", ["call00001"]],
      ["tool", "late\n\nwait"],
    ],
  ],
  [
    "two assistants are one",
    [{ role: "assistant", content: "first" }, { ...said("a"), content: "then" }, result("r", "a")],
    [
      ["assistant", "first\n\nthen", ["call00001"]],
      ["tool", "r"],
    ],
  ],
  [
    "later system messages are the user's words",
    [
      { role: "system", content: "S" },
      { role: "system", content: "T" },
      { role: "user", content: "u" },
      { role: "system", content: "late" },
    ],
    [
      ["system", "S\n\nT"],
      ["user", "u\n\nlate"],
    ],
  ],
])("%s", (_title, messages, want) => {
  const shaped = shapeRequest({ messages }, PLAIN).messages.map(({ role, content, tool_calls }) =>
    tool_calls === undefined ? [role, content] : [role, content, tool_calls.map(({ id }) => id)],
  );
  expect(shaped).toEqual(want);
});

test("a history with calls names tools also where the source named none", () => {
  const messages = [
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "a", name: "peek", arguments: { path: "x" } }],
    },
    result("r", "a"),
  ];
  expect(shapeRequest({ messages }, PLAIN).tools).toEqual([
    {
      type: "function",
      function: {
        name: "peek",
        description: "",
        parameters: { type: "object", properties: { path: {} } },
      },
    },
  ]);
});

test.each([
  ["moonshotai/Kimi-K2.6-TEE", { native: true }],
  ["Qwen/Qwen3-235B-A22B-Thinking-2507", { native: true, split: false }],
  ["meta-llama/Llama-3.3-70B-Instruct", { native: true, split: true }],
  ["openai/gpt-oss-120b", { native: true, split: true }],
  ["mistralai/Mistral-Nemo-Instruct-2407", { native: true, systemToUser: true, alternate: true }],
  ["google/gemma-2-9b-it", { native: false, systemToUser: true }],
  ["google/gemma-4-27b", { native: true, systemToUser: false }],
  ["Qwen/Qwen2.5-VL-7B", { native: false }],
  ["deepseek-ai/DeepSeek-R1-Distill-Llama-8B", { native: false }],
  ["some/unknown-model", { native: false, split: false, systemToUser: false }],
])("%s is spoken to as %j", (model, manner) => {
  expect(mannerOf(model, "auto")).toMatchObject(manner);
});

test("[protocol].native and a server's own word win over the table", () => {
  expect(mannerOf("kimi-k2", false).native).toBe(false);
  expect(mannerOf("some/unknown", true).native).toBe(true);
  expect(mannerOf("some/unknown", "auto", { native: true }).native).toBe(true);
  expect(mannerOf("kimi-k2", "auto", { native: false }).native).toBe(false);
  const said = { native: true, split: true, systemToUser: true };
  expect(mannerOf("kimi-k2", "auto", said)).toMatchObject(said);
  expect(mannerOf("meta-llama/Llama-3.3-70B", "auto", { split: false }).split).toBe(false);
});
