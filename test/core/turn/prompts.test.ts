import { expect, test } from "vitest";
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

test("the king sees the history as it is", () => {
  expect(kingMessages(history)).toEqual(history);
});

test("a fault adds one user message that names it and the fence", () => {
  const [last] = kingMessages(history, "there were 2 code blocks").slice(-1);
  expect(last?.role).toBe("user");
  expect(last?.content).toMatch(
    /there were 2 code blocks.*EXACTLY ONE fenced block that starts with ```bash/s,
  );
});

test("the reminder asks for the fence that the system prompt asks for", () => {
  const v2 = [{ role: "system", content: "Use ```mswea_bash_command blocks." }];
  expect(kingMessages(v2, "x").at(-1)?.content).toContain("```mswea_bash_command");
});

test("roles that an API takes beside tool calls alone become user messages", () => {
  expect(kingMessages([{ role: "tool", content: "out" }])).toEqual([
    { role: "user", content: "out" },
  ]);
});

test("the challenger's messages start with the history, so that the prefix can be cached", () => {
  const messages = challengerMessages({ history, pr, maxPrChars: 1000 });
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
