import { expect, test } from "vitest";
import { futureRecord } from "../../../src/core/challenger/future.ts";
import type { Message } from "../../../src/records/message.ts";
import { challengerMessages, pullRequestText } from "../../../src/core/turn/challenger-prompt.ts";
import { kingMessages } from "../../../src/core/turn/king-prompt.ts";

const history = [
  { role: "system", content: "You are an agent." },
  { role: "user", content: "Mend the bug." },
];
const pr = {
  instance_id: "a__b-1",
  repo: "a/b",
  title: "Mend it",
  pr_description: "The secret description",
  patch: "diff --git a/x b/x",
  test_patch: "diff --git a/t b/t",
  files: ["x", "t"],
};

const formed = [
  { role: "system", content: "You are an agent. Answer with ONE ```bash block." },
  { role: "user", content: "Mend the bug." },
];

test("the king sees the history as it is where its instructions say the form", () => {
  expect(kingMessages({ messages: formed })).toEqual(formed);
});

test("where the instructions do not say the form, the first request does", () => {
  const asked = kingMessages({ messages: history });
  expect(asked.slice(0, 2)).toEqual(history);
  expect(asked[2]).toEqual({
    role: "user",
    content:
      "Answer this turn: a THOUGHT, then EXACTLY ONE command in EXACTLY ONE fenced block that starts with ```bash and ends with ```. No tool calls, nothing else in backtick fences.",
  });
});

test("with tools the first request says their form, and calls and results are what they were", () => {
  const called: Message[] = [
    ...formed,
    { role: "assistant", content: "", tool_calls: [{ id: "1", name: "ls", arguments: {} }] },
    { role: "tool", content: "a.py", tool_call_id: "1", name: "ls" },
  ];
  const asked = kingMessages({ messages: called, protocol: "tools" });
  expect(asked.slice(0, 4)).toEqual(called);
  expect(asked[4]).toEqual({
    role: "user",
    content:
      "Answer this turn: call at least one of your tools, with arguments that fit its schema; or, when nothing is left to be done, give your final answer in words and call nothing.",
    isOurs: true,
  });
});

test("a challenger without a pull request sees what its run did afterwards, and how it ended", () => {
  const record = futureRecord(
    {
      instance_id: "s",
      repo: "",
      turn: 3,
      after: [
        { role: "tool", content: "LATER" },
        { role: "assistant", content: "done" },
      ],
      verdict: "success",
      exit_status: null,
    },
    1000,
  );
  const messages = challengerMessages({
    turn: { messages: history, protocol: "tools" },
    pr: record,
    maxPrChars: 1000,
  });
  expect(messages[2]?.content).toMatchSnapshot();
});

test("a fault adds one user message that names it and the fence", () => {
  const [last] = kingMessages({ messages: history }, "there were 2 code blocks").slice(-1);
  expect(last?.role).toBe("user");
  expect(last?.content).toMatch(
    /there were 2 code blocks.*EXACTLY ONE fenced block that starts with ```bash/s,
  );
});

test("the reminder asks for the fence that the system prompt asks for", () => {
  const v2 = [{ role: "system", content: "Use ```mswea_bash_command blocks." }];
  expect(kingMessages({ messages: v2 }, "x").at(-1)?.content).toContain("```mswea_bash_command");
});

test("roles that an API takes beside tool calls alone become user messages", () => {
  expect(kingMessages({ messages: [{ role: "tool", content: "out" }] })[0]).toEqual({
    role: "user",
    content: "out",
  });
});

test("the challenger's messages start with the history, so that the prefix can be cached", () => {
  const messages = challengerMessages({ turn: { messages: history }, pr, maxPrChars: 1000 });
  expect(messages.slice(0, 2)).toEqual(history);
  expect(messages).toHaveLength(3);
  expect(messages[2]?.content).toMatchSnapshot();
});

test("a pull request that is too long is cut, and every cut says how much", () => {
  const long = { ...pr, patch: "+line\n".repeat(1000) };
  const text = pullRequestText(long, 2000);
  expect(text.length).toBeLessThan(2400);
  expect(text).toContain("The secret description");
  expect(text).toMatch(/\[\.\.\. \d+ of 5999 characters cut\]/);
});

test("parts that a pull request lacks are left out", () => {
  expect(pullRequestText({ instance_id: "x", repo: "r" }, 100)).toBe(
    "<pull_request>\n\n</pull_request>",
  );
});
