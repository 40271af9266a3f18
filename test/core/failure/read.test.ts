/** What went wrong in a run: real logs of every runner, the forms they use, and what is no log at all. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judgeLog, type LabelledLog } from "../../../src/core/failure/measure.ts";
import { readFailure } from "../../../src/core/failure/read.ts";

const rows = <T>(path: string): T[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

const LOGS = ["in-view-given", "in-view-own"].flatMap((name) =>
  rows<LabelledLog>(`test/fixtures/failures/${name}.jsonl`),
);

/** Logs in which another line is shown than the one that was labelled, each with a good reason. */
const OTHER_LINE = new Set(["o-py-eq-tb-line", "o-go-json", "o-tu-nil", "s-tu-same"]);

describe("a failing run's log", () => {
  test.each(LOGS.map((log) => [log.id, log] as const))(
    "%s tells its category and its line",
    (_id, log) => {
      const judged = judgeLog(log);
      const allowed = [log.category, ...(log.also ?? [])];
      expect(allowed).toContain(judged.category);
      if (OTHER_LINE.has(log.id)) expect(judged.known).toBe(true);
      else expect(judged.isContext, judged.context).toBe(true);
    },
  );

  test("what is shown stands in the log, but for colours and go's events", () => {
    for (const log of LOGS) {
      const { context, known } = readFailure(log.text, log.exit_code);
      // eslint-disable-next-line no-control-regex
      const plain = log.text.replace(/\u001b\[[0-9;]*m/g, "").replace(/\\"/g, '"');
      if (known) expect(plain, log.id).toContain(context.trim());
    }
  });
});

describe("a passing run's log", () => {
  const passing = rows<{ id: string; runner: string; text: string }>(
    "test/fixtures/passing_logs.jsonl",
  );
  const SILENT = new Set(["k-ts", "k-gcc", "k-make", "k-sh"]);

  test.each(passing.map((log) => [log.id, log] as const))("%s has no category", (id, log) => {
    expect(readFailure(log.text, 0).category).toBeNull();
    // A compiler or a script says nothing when all is well: only its code tells.
    if (!SILENT.has(id)) expect(readFailure(log.text).category).toBeNull();
  });

  test.each(passing.map((log) => [log.id, log] as const))(
    "%s has failed all the same where the exit code says so",
    (_id, log) => {
      expect(readFailure(log.text, 1).category).not.toBeNull();
    },
  );
});

/** [what, log, category, the line] */
const FORMS: readonly (readonly [string, string, string, string])[] = [
  [
    "the exception raised last, not its cause",
    "____ test_a ____\n\n>   f()\nE   KeyError: 'x'\n\nThe above exception was the direct cause of the following exception:\n\n>   raise Bad('y') from e\nE   lib.Bad: y\n\nlib.py:3: Bad\n",
    "runtime",
    "E   lib.Bad: y",
  ],
  [
    "pytest's thread timeout",
    "..+++++++ Timeout +++++++\n~~~ Stack of MainThread (1) ~~~\n",
    "timeout",
    "..+++++++ Timeout +++++++",
  ],
  [
    "an entry of the summary, cut",
    "FAILED a.py::test_b - ModuleNotFoundError: No module na...\n",
    "import",
    "FAILED a.py::test_b - ModuleNotFoundError: No module na...",
  ],
  [
    "pytest's coverage gate",
    "FAIL Required test coverage of 90% not reached. Total coverage: 50.00%\n3 passed in 1s\n",
    "runtime",
    "FAIL Required test coverage of 90% not reached. Total coverage: 50.00%",
  ],
  [
    "jest's captured console is no failure",
    "  ● Console\n\n    console.error\n      Error: x\n\n  ● adds\n\n    expect(received).toBe(expected)\n\n    Expected: 1\n    Received: 2\n\n      1 | x\n",
    "assertion",
    "    Received: 2",
  ],
  [
    "surefire's summary alone",
    "[ERROR] Errors: \n[ERROR]   MapTest.none:7->oldest:6 » NullPointer\n",
    "runtime",
    "[ERROR]   MapTest.none:7->oldest:6 » NullPointer",
  ],
  [
    "surefire's time-out in the summary",
    "[ERROR]   RingTest.slow:4 » TestTimedOut test timed out after 9 milliseconds\n",
    "timeout",
    "[ERROR]   RingTest.slow:4 » TestTimedOut test timed out after 9 milliseconds",
  ],
  [
    "surefire's tests that passed at a second try",
    "[WARNING] Flakes: \n[WARNING] RingTest.a(RingTest)\n[ERROR]   Run 1: RingTest.a:4\n[INFO]   Run 2: PASS\n[WARNING] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Flakes: 1\n",
    "flaky",
    "[WARNING] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Flakes: 1",
  ],
  [
    "cargo's hint to rerun is no rerun",
    "error: test failed, to rerun pass `--lib`\nthread 'a' panicked at src/lib.rs:2:5:\nboom\n",
    "runtime",
    "boom",
  ],
  [
    "ctest's hint to rerun is no rerun",
    '1/1 Test #1: a ....***Failed    0.01 sec\nUse "--rerun-failed --output-on-failure" to re-run\n',
    "runtime",
    "1/1 Test #1: a ....***Failed    0.01 sec",
  ],
  [
    "a test that failed at every try",
    "E   assert 1 == 2\n\na.py:1: AssertionError\n1 failed, 2 rerun in 1s\n",
    "assertion",
    "E   assert 1 == 2",
  ],
  [
    "an old panic's header",
    "thread 'a' panicked at 'no wheels', src/lib.rs:4:9\n",
    "runtime",
    "thread 'a' panicked at 'no wheels', src/lib.rs:4:9",
  ],
  [
    "testify's report",
    "--- FAIL: TestA (0.00s)\n    a_test.go:9: \n        \tError Trace:\ta_test.go:9\n        \tError:      \tNot equal: \n",
    "assertion",
    "        \tError:      \tNot equal:",
  ],
  [
    "the harness ran out of time",
    "E   assert 1 == 2\n\nTimeout error: 1800 seconds exceeded.\n",
    "timeout",
    "Timeout error: 1800 seconds exceeded.",
  ],
  [
    "a patch that did not go in and a test that ran behind it",
    "error: patch failed: a.py:1\nerror: a.py: patch does not apply\n____ test_a ____\nE   assert 1 == 2\n",
    "assertion",
    "E   assert 1 == 2",
  ],
  [
    "words of a time-out in an assertion",
    "E   AssertionError: assert 'timed out after 3 s' == ''\n",
    "assertion",
    "E   AssertionError: assert 'timed out after 3 s' == ''",
  ],
  [
    "a script's SyntaxError of data",
    "SyntaxError: Unexpected token } in JSON at position 3\n    at JSON.parse (<anonymous>)\n    at main (/repo/a.js:1:2)\n",
    "runtime",
    "SyntaxError: Unexpected token } in JSON at position 3",
  ],
  [
    "a shared object is the machine's",
    "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n",
    "environment",
    "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
  ],
  [
    "PHPUnit's progress is no E line of pytest",
    "PHPUnit 9.6.7 by Sebastian Bergmann\n\nE       1 / 1 (100%)\n\n1) ATest::testB\nTypeError: f(): Argument #1 must be of type int\n",
    "attribute_type",
    "TypeError: f(): Argument #1 must be of type int",
  ],
  [
    "ninja's missing file",
    "ninja: error: 'a.c', needed by 'a.o', missing and no known rule to make it\n",
    "environment",
    "ninja: error: 'a.c', needed by 'a.o', missing and no known rule to make it",
  ],
  [
    "the summary of a suite whose block is lost",
    "Ran 2 tests in 0.1s\n\nFAILED (failures=1)\n",
    "assertion",
    "Ran 2 tests in 0.1s\nFAILED (failures=1)",
  ],
];

test.each(FORMS)("%s", (_what, log, category, line) => {
  const read = readFailure(log);
  expect({ category: read.category, context: read.context }).toEqual({ category, context: line });
});

describe("beside the category", () => {
  test("file, line, names of failing tests and counts are told", () => {
    const log =
      "____ test_slug[a] ____\n\n>   assert 1 == 2\nE   assert 1 == 2\n\ntests/test_a.py:5: AssertionError\nFAILED tests/test_a.py::test_slug[a] - assert 1 == 2\nFAILED tests/test_a.py::test_slug[b] - assert 1 == 3\n2 failed, 7 passed in 0.10s\n";
    expect(readFailure(log)).toEqual({
      category: "assertion",
      context: "E   assert 1 == 2",
      runner: "pytest",
      known: true,
      file: "tests/test_a.py",
      line: 5,
      tests: ["tests/test_a.py::test_slug[a]", "tests/test_a.py::test_slug[b]"],
      counts: { failed: 2, passed: 7 },
    });
  });
});

describe("the exit code", () => {
  const failing = "E   assert 1 == 2\n\na.py:1: AssertionError\n1 failed in 1s\n";

  test("0 means success, whatever the text says", () => {
    expect(readFailure(failing, 0)).toMatchObject({ category: null, known: true });
  });

  test("a failing one makes a failure of a text of success, without a reason", () => {
    expect(readFailure("=== 3 passed in 1s ===\n", 1)).toEqual({
      category: "runtime",
      context: "=== 3 passed in 1s ===",
      runner: null,
      known: false,
      counts: { failed: 0, passed: 3 },
    });
  });

  test("of a harness's script is not that of its tests", () => {
    const log = `+ : '>>>>> Start Test Output'\n${failing}+ : '>>>>> End Test Output'\n+ git checkout HEAD\n`;
    expect(readFailure(log, 0).category).toBe("assertion");
    expect(readFailure(log.slice(log.indexOf("E ")), 0).category).toBe("assertion");
  });

  test("0 behind a rerun that passed is flaky, by the runner's mark alone", () => {
    expect(readFailure("= 3 passed, 1 rerun in 1s =\n", 0).category).toBe("flaky");
    expect(
      readFailure("flaky test, to rerun pass -x\n= 3 passed in 1s =\n", 0).category,
    ).toBeNull();
  });
});

describe("bad input", () => {
  test("an empty log tells nothing", () => {
    const nothing = { category: "runtime", context: "", runner: null, known: false };
    for (const text of ["", "\n\n", " \r\n"]) expect(readFailure(text, 1)).toEqual(nothing);
  });

  test("50 MB of one line are read and shown in part", () => {
    const { known, context } = readFailure("x".repeat(50_000_000), 1);
    expect(known).toBe(false);
    expect(context.length).toBeLessThan(5000);
  });

  test("a binary log is no reason to fail", () => {
    let text = "";
    for (let at = 0; at < 100_000; at++) text += String.fromCharCode((at * 7919) % 256);
    expect(readFailure(text, 1).known).toBe(false);
  });

  test("of two runners the one that failed tells", () => {
    const passing = "=== 3 passed in 1s ===\n";
    const go =
      "--- FAIL: TestA (0.00s)\n    a_test.go:8: want 4\nFAIL\nFAIL\texample.test/a\t0.1s\n";
    for (const log of [passing + go, go + passing]) {
      expect(readFailure(log)).toMatchObject({
        runner: "go test",
        category: "assertion",
        context: "    a_test.go:8: want 4",
      });
    }
  });

  test("of two that failed the first tells", () => {
    const go = "--- FAIL: TestA (0.00s)\n    a_test.go:8: want 4\nFAIL\n";
    const py = "____ test_a ____\nE   KeyError: 'x'\n====\n";
    expect(readFailure(go + py).runner).toBe("go test");
    expect(readFailure(py + go).runner).toBe("pytest");
  });

  test("a log cut before its reason is not guessed", () => {
    const log = Array.from({ length: 30 }, (_, n) => `line ${n} of the build`).join("\n");
    const { category, known, context } = readFailure(log, 2);
    expect({ category, known }).toEqual({ category: "runtime", known: false });
    expect(context.split("\n")).toEqual(log.split("\n").slice(-20));
  });

  test("colours, cursor jumps and carriage returns are not in the way", () => {
    const log =
      "\u001b[31mF\u001b[0m\r\r\n\u001b[1m\u001b[31mE   assert 1 == 2\u001b[0m\r\n\u001b]0;title\u0007\u001b(B\u001b[?2026h\r\n";
    expect(readFailure(log).context).toBe("E   assert 1 == 2");
    const over =
      "   adds   \u001b[77G1/1\u001b[1G \u2717 adds\u001b[K\n   (in test file a.bats, line 3)\n     `[ 1 = 2 ]' failed\n";
    expect(readFailure(over)).toMatchObject({ runner: "bats", tests: ["adds"], line: 3 });
  });
});
