/** Results of runners, and what they prove. */
import { expect, test } from "vitest";
import { javascriptReached, pythonReached } from "../../../src/core/tasks/coverage.ts";
import { issueOf, type IssueFacts } from "../../../src/core/tasks/issue.ts";
import {
  isSeen,
  lostIn,
  isSolved,
  proofOf,
  releasedOf,
  whyFailing,
} from "../../../src/core/tasks/proof.ts";
import { readResults, type TestResults } from "../../../src/core/tasks/results.ts";

const results = (said: Record<string, string>): TestResults =>
  new Map(
    Object.entries(said).map(([id, outcome]) => [
      id,
      {
        outcome: outcome === "p" ? "passed" : outcome === "s" ? "skipped" : "failed",
        message: outcome,
      },
    ]),
  );

const file = (over: object): string =>
  JSON.stringify([{ file: "t.js", code: 0, output: "", errors: "", ...over }]);

test("TAP: a test passes when all of its assertions do, and says what the first of the others said", () => {
  const output = [
    "TAP version 13",
    "# adds",
    "ok 1 one",
    "not ok 2 two",
    "  ---",
    "    operator: equal",
    "    expected: 3",
    "    actual:   4",
    "    at: Test.<anonymous> (/testbed/test.js:3:5)",
    "  ...",
    "# rests",
    "ok 3 # TODO later",
    "ok 4 three",
    "# tests 4",
    "# pass  3",
  ].join("\n");
  const found = readResults("tap", file({ code: 1, output }));
  expect([...(found ?? [])].map(([id, one]) => [id, one.outcome])).toEqual([
    ["t.js::adds", "failed"],
    ["t.js::rests", "passed"],
    ["t.js::(whole file)", "failed"],
  ]);
  expect(found?.get("t.js::adds")?.message).toBe(
    "not ok: two\noperator: equal\nexpected: 3\nactual:   4",
  );
});

test("mocha's JSON is found behind what tests print", () => {
  const said = {
    passes: [{ fullTitle: "a b" }],
    failures: [{ fullTitle: "a c", err: { message: "no" } }],
    pending: [{ fullTitle: "a d" }],
  };
  const found = readResults(
    "mocha",
    file({ code: 1, output: `{\nnoise\n${JSON.stringify(said, null, 2)}` }),
  );
  expect([...(found ?? [])].map(([id, one]) => [id, one.outcome, one.message])).toEqual([
    ["t.js::a d", "skipped", ""],
    ["t.js::a b", "passed", ""],
    ["t.js::a c", "failed", "no"],
    ["t.js::(whole file)", "failed", ""],
  ]);
});

test.each(["", "[", "{}", '{"a": 1}', "[1]"])("%s is no result of a runner", (text) => {
  expect(readResults("tap", text)).toBeNull();
});

test("pytest's plugin is read as it writes; other shapes are nothing", () => {
  expect(readResults("pytest", '{"t.py::a": {"outcome": "passed", "message": ""}}')?.size).toBe(1);
  expect(readResults("pytest", '{"t.py::a": {"outcome": "odd", "message": ""}}')).toBeNull();
});

test("a test without the same result in every run is in no list", () => {
  const released = releasedOf([
    results({ a: "p", b: "p", c: "p", d: "f" }),
    results({ a: "p", b: "f", c: "p", d: "f" }),
  ]);
  expect(released).toEqual({ ok: true, value: { passed: ["a", "c"], unsteady: 1 } });
  const all = (said: Parameters<typeof results>[0]) => ({ results: results(said), only: null });
  const runs = [all({ a: "f", c: "p" }), all({ a: "f", c: "p" })];
  if (!released.ok) throw new Error("not released");
  expect(proofOf(released.value, runs)).toEqual({
    ok: true,
    value: { fail_to_pass: ["a"], pass_to_pass: ["c"], unsteady: 1 },
  });
  expect(proofOf(released.value, [all({ a: "p", c: "p" }), all({ a: "f", c: "p" })])).toEqual({
    ok: false,
    reason: "unsteady",
  });
  expect(proofOf(released.value, [all({}), all({})])).toEqual({
    ok: false,
    reason: "breaks_all",
  });
});

test("a test that does not reach the fault needs one run with it, one that does as many as there are", () => {
  const released = { passed: ["a", "b", "c"], unsteady: 0 };
  const some = { results: results({ a: "f", b: "p" }), only: new Set(["a", "b"]) };
  const whole = { results: results({ a: "f", b: "p", c: "p" }), only: null };
  expect(proofOf(released, [some, whole, some])).toMatchObject({
    value: { fail_to_pass: ["a"], pass_to_pass: ["b", "c"], unsteady: 0 },
  });
  const odd = { results: results({ a: "f", b: "f" }), only: new Set(["a", "b"]) };
  expect(proofOf(released, [some, whole, odd])).toMatchObject({
    value: { fail_to_pass: ["a"], pass_to_pass: ["c"], unsteady: 1 },
  });
  expect(lostIn(released, some)).toEqual(["a"]);
});

const passed = (n: number): string[] => Array.from({ length: n }, (_, at) => `t${at}`);
const losing = (n: number, lost: number): TestResults =>
  results(Object.fromEntries(passed(n).map((id, at) => [id, at < lost ? "f" : "p"])));

test.each([
  [10, 0, "unseen"],
  [10, 1, null],
  [10, 6, null],
  [10, 7, "breaks_all"],
  [4, 3, null],
  [3, 3, "breaks_all"],
])("of %i tests a fault turns %i: %s", (n, lost, said) => {
  expect(isSeen({ passed: passed(n), unsteady: 0 }, { results: losing(n, lost), only: null })).toBe(
    said,
  );
});

test.each([
  ["E   ConnectionError: [Errno -3] Temporary failure in name resolution", "needs_network"],
  ["sh: 1: gcc: not found", "needs_compiler"],
  ["ModuleNotFoundError: No module named 'pkg._speedups'", "needs_compiler"],
  ["AssertionError: 1 != 2", "tests_fail"],
])("%s: %s, and the line that tells", (line, reason) => {
  const said = `collected 3 items\n\n${line}\n2 failed`;
  expect(whyFailing(said)).toEqual({ reason, detail: line });
});

test("of what tells nothing the first line is said, of a long one its beginning", () => {
  expect(whyFailing("\n  it went wrong \nbadly")).toEqual({
    reason: "tests_fail",
    detail: "it went wrong",
  });
  expect(whyFailing("").detail).toBe("");
  expect(whyFailing("x".repeat(1000)).detail).toHaveLength(160);
});

test("a task is solved when all of both lists pass, and never by what cannot be read", () => {
  const task = { fail_to_pass: ["a"], pass_to_pass: ["b"] };
  expect(isSolved(task, results({ a: "p", b: "p" }))).toBe(true);
  expect(isSolved(task, results({ a: "p", b: "f" }))).toBe(false);
  expect(isSolved(task, results({ a: "p" }))).toBe(false);
  expect(isSolved(task, null)).toBe(false);
});

const FACTS: IssueFacts = {
  package: "pkg",
  version: "1.0",
  failing: ["tests/test_a.py::test_adds", "tests/test_a.py::test_rests"],
  message: "AssertionError: assert 3 == 4",
  test_command: "python -m pytest tests/test_a.py",
  mutation: {
    file: "pkg/adding.py",
    line: 1,
    start: 7,
    end: 18,
    before: "total + one",
    after: "total - one",
    operator: "arithmetic",
  },
  text: "return total + one\n",
};

test("an issue tells the tests and what they say", () => {
  const text = issueOf(FACTS);
  expect(text).toContain("`test_adds` fails");
  expect(text).toContain("assert 3 == 4");
  expect(text).toContain("- `tests/test_a.py::test_rests`");
});

test.each(["in pkg/adding.py", ">  return total - one", "use total + one"])(
  "what a test says is left out where it tells the place: %s",
  (message) => {
    const text = issueOf({ ...FACTS, message });
    expect(text).not.toContain(message);
    expect(text).toContain("test_adds");
  },
);

test("where the test's own name tells it, there is no issue", () => {
  expect(issueOf({ ...FACTS, failing: ["pkg/adding.py::doctest"] })).toBeNull();
});

const place = (over: object) => ({ ...FACTS.mutation, ...over });

test("coverage.py's lines and V8's innermost range say what was reached", () => {
  const said = { executed_lines: [1, 2, 3], contexts: { 1: ["1"], 2: ["", "0"], 3: ["0", "1"] } };
  const python = pythonReached({ files: { "/testbed/pkg/adding.py": said } }, ["t::a", "t::b"]);
  expect(python(place({}))).toEqual(["t::b"]);
  expect(python(place({ line: 2 }))).toBe("all");
  expect(python(place({ line: 3 }))).toEqual(["t::a", "t::b"]);
  expect(python(place({ line: 3, before: "x = 1\ny = 2\n" }))).toEqual(["t::a", "t::b"]);
  expect(python(place({ line: 4 }))).toBeNull();
  const ranges = [
    { startOffset: 0, endOffset: 100, count: 1 },
    { startOffset: 10, endOffset: 50, count: 0 },
  ];
  const report = { result: [{ url: "file:///testbed/a.js", functions: [{ ranges }] }] };
  const javascript = javascriptReached([{ report, testFile: "t.js" }]);
  expect(javascript(place({ file: "a.js", start: 60, end: 61 }))).toEqual(["t.js"]);
  expect(javascript(place({ file: "a.js", start: 20, end: 21 }))).toBeNull();
  expect(javascript(place({ file: "b.js", start: 60, end: 61 }))).toBeNull();
});
