import { describe, expect, test } from "vitest";
import { lostIn } from "../../../src/core/template/kept.ts";

const call = (name: string, given: unknown) => ({ function: { name, arguments: given } });
const calls = (...all: object[]) => ({ role: "assistant", content: "", tool_calls: all });
const LONG = "say \"a\"\n\tto <b> & 'c' é";

describe("a value is found raw or escaped", () => {
  test.each([
    ["raw", LONG],
    ["as JSON", JSON.stringify(LONG)],
    ["as JSON of ASCII", '"say \\"a\\"\\n\\tto <b> & \'c\' \\u00e9"'],
    ["as JSON twice", JSON.stringify(JSON.stringify(LONG))],
    ["as HTML", "say &#34;a&#34;\n\tto &lt;b&gt; &amp; &#39;c&#39; é"],
    ["as Python", `'say "a"\\n\\tto <b> & \\'c\\' é'`],
  ])("%s", (_how, text) => {
    expect(lostIn(`run ${text}`, [calls(call("run", { a: { b: [LONG] } }))])).toEqual([]);
  });
});

test.each([
  ["a name", "ls", calls(call("run", "ls")), { part: "call", text: "run" }],
  ["a value", "run {}", calls(call("run", { c: "ls" })), { part: "argument", text: "ls" }],
  ["a number", "run 1", calls(call("run", { c: 25 })), { part: "argument", text: "25" }],
  ["a result", "", { role: "tool", content: " x " }, { part: "content", text: "x" }],
  [
    "a thought of the last message",
    "A",
    { role: "assistant", content: "A", reasoning_content: "hm" },
    { part: "thought", text: "hm" },
  ],
])("%s that is missing is told", (_what, text, message, lost) => {
  expect(lostIn(text, [message])).toEqual([{ message: 0, ...lost }]);
});

test("the second of two like calls is missed too", () => {
  const twice = [calls(call("run", { c: "ls -la" }), call("run", { c: "ls -la" }))];
  expect(lostIn("run ls -la", twice).map(({ part }) => part)).toEqual(["call", "argument"]);
  expect(lostIn("run ls -la run ls -la", twice)).toEqual([]);
});

test("thoughts of earlier answers and spaces at the ends may go, as templates have it", () => {
  const messages = [
    { role: "user", content: "U\n" },
    { role: "assistant", content: "<think>hm</think>\nA", reasoning_content: "hm" },
    { role: "assistant", content: "B" },
  ];
  expect(lostIn("U|A|B", messages)).toEqual([]);
});

test("numbers are found as JSON and as Python write them; null and true are not looked for", () => {
  const message = calls(call("run", { a: 1e-7, b: null, c: true, d: 0.5 }));
  expect(lostIn("run 1e-07 0.5", [message])).toEqual([]);
});
