/** The first failure of a log, and the category it stands for. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CUT_MARK, cutLines } from "../../../src/core/dataset/cut.ts";
import { excerptOf } from "../../../src/core/failure/excerpt.ts";
import { readFailure } from "../../../src/core/failure/read.ts";

const categoryOf = (log: string): string | null => readFailure(log).category;

const logs = readFileSync("test/fixtures/real/testlogs_failed.jsonl", "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as { instance_id: string; test_stdout: string });

/** Read by hand in each log: a line that its context must hold, and the category. */
const EXPECTED: readonly (readonly [string, string])[] = [
  [
    "AssertionError: Tuples differ: ('', '', 'django.db.backends.sqlite3', 'custom.sqlite.db') != (None, 'custom.sqlite.db')",
    "assertion",
  ],
  ['ValueError: ModelState.fields cannot be bound to a model - "id" is.', "runtime"],
  [
    "AssertionError: 'A problem arose migrating proxy model permissions' not found in ''",
    "assertion",
  ],
  ["AssertionError: ValidationError not raised", "assertion"],
  ["django.db.utils.OperationalError: ambiguous column name: rating", "runtime"],
  [
    "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
    "environment",
  ],
  [
    "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
    "environment",
  ],
  ["AssertionError: 'id_name_0' != None", "assertion"],
  ["ERROR: test_migrate_skips_schema_creation (migrations.test_executor.ExecutorTests)", "runtime"],
  ["TypeError: 'str' object is not callable", "attribute_type"],
  [
    "E   AttributeError: `np.Inf` was removed in the NumPy 2.0 release. Use `np.inf` instead.",
    "attribute_type",
  ],
  [
    "AssertionError: Operation type mismatch for app.auto_1 (expected ['RenameField']):",
    "assertion",
  ],
  ["ImportError while loading conftest '/testbed/pvlib/tests/conftest.py'.", "attribute_type"],
  [
    "FAIL: test_collision_across_apps (check_framework.test_model_checks.DuplicateDBTableTests)",
    "assertion",
  ],
  [
    "E   AttributeError: `np.Inf` was removed in the NumPy 2.0 release. Use `np.inf` instead.",
    "attribute_type",
  ],
  [
    "E   AttributeError: `np.Inf` was removed in the NumPy 2.0 release. Use `np.inf` instead.",
    "attribute_type",
  ],
  ["AssertionError: True is not False", "assertion"],
  [
    "E   AttributeError: `np.Inf` was removed in the NumPy 2.0 release. Use `np.inf` instead.",
    "attribute_type",
  ],
  ["ValueError: Cannot specify a related_name on a symmetrical ManyToManyField.", "runtime"],
  ["AttributeError: module 'operator' has no attribute 'call'", "attribute_type"],
];

describe("on the real logs", () => {
  test.each(
    EXPECTED.map(([line, category], at) => [logs[at]?.instance_id, at, line, category] as const),
  )("%s (row %d) fails at its own error", (_id, at, line, category) => {
    const log = logs[at]?.test_stdout ?? "";
    const context = excerptOf(log, 500);
    expect(context.split("\n")).toContain(line);
    expect(context.length).toBeLessThanOrEqual(500);
    for (const one of context.split("\n")) {
      if (one !== CUT_MARK) expect(log).toContain(one);
    }
    expect(categoryOf(log)).toBe(category);
  });
});

const PYTEST = `============================= test session starts ==============================
collected 2 items

tests/test_a.py F.                                                       [100%]

=================================== FAILURES ===================================
_________________________________ test_adds ____________________________________

    def test_adds():
>       assert add(1, 2) == 4
E       assert 3 == 4
E        +  where 3 = add(1, 2)

tests/test_a.py:5: AssertionError
=========================== short test summary info ============================
FAILED tests/test_a.py::test_adds - assert 3 == 4
`;

test("pytest: the test's name, its source line, what was compared and where", () => {
  expect(excerptOf(PYTEST, 500)).toBe(
    [
      "_________________________________ test_adds ____________________________________",
      ">       assert add(1, 2) == 4",
      "E       assert 3 == 4",
      "E        +  where 3 = add(1, 2)",
      "tests/test_a.py:5: AssertionError",
    ].join("\n"),
  );
});

const trace = (error: string): string =>
  `Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\n${error}\n`;

test.each([
  ["assertion", PYTEST],
  ["import", trace("ModuleNotFoundError: No module named 'x'")],
  [
    "syntax",
    '  File "a.py", line 3\n    def f(\n         ^\nSyntaxError: unexpected EOF while parsing\n',
  ],
  ["syntax", trace("IndentationError: unexpected indent")],
  ["attribute_type", trace("TypeError: f() takes 0 positional arguments")],
  ["runtime", trace("KeyError: 'x'")],
  ["timeout", "tests ...\n>>>>> Tests Timed Out after 1800 seconds\n"],
  ["timeout", "E       Failed: Timeout >10.0s\n"],
  ["patch_apply", "error: patch failed: x.py:10\nerror: x.py: patch does not apply\n"],
  ["patch_apply", "patching file x.py\nHunk #1 FAILED at 3.\n1 out of 1 hunk FAILED\n"],
  ["environment", "ERROR: Could not find a version that satisfies the requirement x\n"],
  ["environment", trace("OSError: [Errno 28] No space left on device")],
  ["flaky", "test_a RERUN\ntest_a PASSED\n1 passed, 1 rerun in 2s\n"],
  ["runtime", "FAILED tests/a.py::test_b - ValueError: bad\n"],
  [null, "test_a ... ok\nOK\n"],
  ["runtime", ""],
])("derives %s", (category, log) => {
  expect(categoryOf(log)).toBe(category);
});

test("a hostile log of a megabyte is read in one pass", () => {
  for (const line of [
    "E   ",
    "=".repeat(70),
    "Traceback (most recent call last):",
    "a".repeat(999),
  ]) {
    const log = `${line}\n`.repeat(Math.ceil(1_000_000 / line.length));
    expect(excerptOf(log, 500).length).toBeLessThanOrEqual(500);
    categoryOf(log);
  }
});

test.each([
  ["abc", 3, "abc"],
  ["one\ntwo\nthree", 8, `one\ntwo\n${CUT_MARK}`],
  ["one\ntwo\nthree", 7, `one\ntwo\n${CUT_MARK}`],
  ["one\ntwo\nthree", 6, `one\n${CUT_MARK}`],
  ["abcdef", 3, `abc\n${CUT_MARK}`],
  ["ab\ud83d\ude00cd", 3, `ab\n${CUT_MARK}`],
  ["", 5, ""],
])("cutLines(%j, %d) keeps whole lines", (text, max, expected) => {
  expect(cutLines(text, max)).toBe(expected);
});
