/** What carries a log puts a stamp or a name before every line; runners' own marks there are kept. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LabelledLog } from "../../../src/core/failure/measure.ts";
import { withoutPrefixes } from "../../../src/core/failure/prefix.ts";
import { readFailure } from "../../../src/core/failure/read.ts";

const PYTEST = [
  "____ test_a ____",
  "",
  ">   assert add(1, 1) == 3",
  "E   assert 2 == 3",
  "",
  "tests/test_a.py:5: AssertionError",
  "FAILED tests/test_a.py::test_a - assert 2 == 3",
  "1 failed, 7 passed in 0.10s",
];
const GO = ["=== RUN   TestA", "    a_test.go:8: want 4", "--- FAIL: TestA (0.00s)", "FAIL"];

/** [what, before the nth line] */
const CARRIERS: readonly (readonly [string, (n: number) => string])[] = [
  ["a hosted runner's stamp", (n) => `2026-11-28T08:24:2${n}.1234567Z `],
  ["a stamp behind a byte order mark", (n) => `${n === 0 ? "\uFEFF" : ""}2026-11-28T08:24:29.12Z `],
  ["a downloaded log's job and step", (n) => `test\tRun pytest\t2026-11-28T08:24:2${n}.1234567Z `],
  ["a stamp with the stream of a line", (n) => `2026-11-28T08:24:2${n}.123456Z 01O `],
  ["a container runtime's stamp", (n) => `2026-11-28T08:24:2${n}.123456789Z stdout F `],
  ["a stamp with a zone", (n) => `2026-11-28 08:24:2${n},123 +0100 `],
  ["a stamp in brackets", (n) => `[2026-11-28T08:24:2${n}.123Z] `],
  ["a time in brackets", (n) => `[12:03:4${n}] `],
  ["a time", (n) => `12:03:44.12${n} `],
  ["a build step's number and seconds", (n) => `#12 ${n}.345 `],
  ["a journal's host and program", (n) => `Nov 28 08:24:2${n} host run[12]: `],
  ["a container's name", () => "web-1  | "],
  ["a time and a process's name", (n) => `08:24:2${n} web.1   | `],
  ["a pod's name", () => "[pod/web-7f9c/app] "],
  ["a pod and its container", () => "web-5d8f7-x2x9z app "],
  ["a package's script", () => "@boats/web:test: "],
  ["a process's number", () => "[0] "],
  ["a stamp before a container's name", (n) => `2026-11-28T08:24:2${n}.1Z web-1  | `],
];

describe.each(CARRIERS)("%s", (_what, prefix) => {
  test.each([
    ["pytest", PYTEST],
    ["go", GO],
  ])("is not in the way of %s", (_name, lines) => {
    const log = lines.map((line, n) => prefix(n) + line).join("\n");
    expect(readFailure(log, 1)).toEqual(readFailure(lines.join("\n"), 1));
    const trimmed = lines.map((line, n) => (prefix(n) + line).trimEnd()).join("\r\n");
    expect(readFailure(trimmed, 1)).toEqual(readFailure(lines.join("\n"), 1));
  });
});

test("a build's own heads and ends of steps do not hide what its steps print", () => {
  const log = `#10 [5/6] RUN pip install .\n#10 CACHED\n\n#12 [6/6] RUN pytest\n${PYTEST.map((line) => `#12 0.345 ${line}`).join("\n")}\n#12 ERROR: exit code: 1\n------\n > [6/6] RUN pytest:\n0.345 E   assert 2 == 3\n------\nERROR: failed to solve: exit code: 1\n`;
  expect(readFailure(log, 1)).toMatchObject({
    runner: "pytest",
    category: "assertion",
    context: "E   assert 2 == 3",
  });
});

test("lines without it are kept where nearly all have it", () => {
  const lines = [...PYTEST.map((line) => `#7 0.12 ${line}`), "ERROR: failed to solve"];
  expect(withoutPrefixes(lines).at(-1)).toBe("ERROR: failed to solve");
  expect(lines[3]).toBe("E   assert 2 == 3");
});

test.each([
  ["pytest's E", ["E   assert 1 == 2", "E    +  where 1 = f()", "E   a"]],
  ["TAP's comments", ["# a", "# b", "#   Failed test 'a'"]],
  ["xdist's workers", ["[gw0] PASSED a", "[gw1] PASSED b", "[gw0] FAILED c", "[gw1] PASSED d"]],
  ["maven's levels", ["[ERROR] a", "[INFO] b", "[ERROR] c", "[INFO] d"]],
  ["sbt's levels", ["[info] a", "[error] b", "[info] c", "[error] d"]],
  ["a runner's annotations", ["##[error]a", "##[group]b", "##[endgroup]"]],
  ["a backtrace", ["#0 /a.php(3): f()", "#1 /b.php(4): g()", "#2 {main}"]],
  ["source with a caret", ["  1 | x", "  2 | y", "> 3 | z", "    | ^"]],
  ["a table of coverage", ["a.js | 100 |", "b.js | 90 |", "c.js | 80 |", "d.js | 70 |"]],
  [
    "compilers' places",
    ["a.c:1:2: error: x", "a.c:3:4: error: y", "a.c:5:6: error: z", "a.c:7:8: error: y"],
  ],
  ["a stamp on some lines", ["2026-11-28 08:24:29 a", "b", "c", "2026-11-28 08:24:29 d"]],
])("%s stays", (_what, lines) => {
  expect(withoutPrefixes([...lines])).toEqual(lines);
});

const LOGS = ["in-view-given", "in-view-own"].flatMap((name) =>
  readFileSync(`test/fixtures/failures/${name}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as LabelledLog),
);

test("nothing is taken off the labelled logs, which nothing carried", () => {
  for (const { id, text } of LOGS) {
    const lines = text.split("\n");
    expect(withoutPrefixes([...lines]), id).toEqual(lines);
  }
});

test.each(CARRIERS.slice(0, 10))(
  "%s does not change how the labelled logs are read",
  (_what, prefix) => {
    for (const { id, text, exit_code } of LOGS) {
      const lines = text.replace(/\n$/, "").split("\n");
      const log = lines.map((line, n) => prefix(n % 10) + line).join("\n");
      const { category, context } = readFailure(text, exit_code);
      expect({ id, ...pick(readFailure(log, exit_code)) }).toEqual({ id, category, context });
    }
  },
);

const pick = ({ category, context }: { category: string | null; context: string }): object => ({
  category,
  context,
});
