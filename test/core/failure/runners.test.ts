/** Runners and compilers that tables tell: category, line, runner and place of each form. */
import { expect, test } from "vitest";
import { readFailure } from "../../../src/core/failure/read.ts";

/** [runner, log, category, the line] */
const FORMS: readonly (readonly [string, string, string, string])[] = [
  [
    "xctest",
    'Test Suite \'ATests\' started at 2026-11-28 08:24:29.123\n/repo/Tests/ATests.swift:6: error: ATests.testAdd : XCTAssertEqual failed: ("2") is not equal to ("3")\nExecuted 1 test, with 1 failure (0 unexpected) in 0.1 (0.1) seconds\n',
    "assertion",
    '/repo/Tests/ATests.swift:6: error: ATests.testAdd : XCTAssertEqual failed: ("2") is not equal to ("3")',
  ],
  [
    "xctest",
    "/repo/T.swift:6: error: -[A.ATests testAdd] : XCTAssertTrue failed\n",
    "assertion",
    "/repo/T.swift:6: error: -[A.ATests testAdd] : XCTAssertTrue failed",
  ],
  [
    "xctest",
    '<unknown>:0: error: ATests.testOpen : threw error "notOpen"\n',
    "runtime",
    '<unknown>:0: error: ATests.testOpen : threw error "notOpen"',
  ],
  [
    "xctest",
    "/repo/T.swift:9: error: ATests.testSlow : Asynchronous wait failed: Exceeded timeout of 1 seconds, with unfulfilled expectations\n",
    "timeout",
    "/repo/T.swift:9: error: ATests.testSlow : Asynchronous wait failed: Exceeded timeout of 1 seconds, with unfulfilled expectations",
  ],
  [
    "swift-testing",
    "✘ Test adds() recorded an issue at ATests.swift:5:5: Expectation failed: (add(1, 1) → 2) == 3\n",
    "assertion",
    "✘ Test adds() recorded an issue at ATests.swift:5:5: Expectation failed: (add(1, 1) → 2) == 3",
  ],
  [
    "swiftc",
    "/repo/A.swift:3:5: error: cannot find 'foo' in scope\n",
    "attribute_type",
    "/repo/A.swift:3:5: error: cannot find 'foo' in scope",
  ],
  [
    "swiftc",
    "/repo/A.swift:1:8: error: no such module 'Boat'\n",
    "import",
    "/repo/A.swift:1:8: error: no such module 'Boat'",
  ],
  [
    "swiftc",
    "/repo/A.swift:3:5: error: expected '}' in struct\n",
    "syntax",
    "/repo/A.swift:3:5: error: expected '}' in struct",
  ],
  [
    "playwright",
    'Running 1 test using 1 worker\n  1) [chromium] › tests/a.spec.ts:3:5 › has a title ─────────\n\n    Error: expect(locator).toHaveText(expected) failed\n\n    Locator: locator(\'h1\')\n    Expected: "A"\n    Received: "B"\n\n  1 failed\n',
    "assertion",
    "    Error: expect(locator).toHaveText(expected) failed",
  ],
  [
    "playwright",
    "  1) a.spec.ts:3:5 › clicks ──\n\n    Test timeout of 30000ms exceeded.\n\n    Error: locator.click: Test timeout of 30000ms exceeded.\n",
    "timeout",
    "    Test timeout of 30000ms exceeded.",
  ],
  [
    "playwright",
    "  1) a.spec.ts:3:5 › calls ──\n\n    TypeError: boat.sail is not a function\n",
    "attribute_type",
    "    TypeError: boat.sail is not a function",
  ],
  [
    "julia",
    "adds: Test Failed at /repo/test/runtests.jl:3\n  Expression: add(1, 1) == 3\n   Evaluated: 2 == 3\n\nStacktrace:\n [1] macro expansion\nERROR: LoadError: Some tests did not pass: 0 passed, 1 failed, 0 errored, 0 broken.\n",
    "assertion",
    "   Evaluated: 2 == 3",
  ],
  [
    "julia",
    "adds: Error During Test at /repo/test/runtests.jl:3\n  Test threw exception\n  Expression: add(1, 1) == 3\n  UndefVarError: `add` not defined\n",
    "attribute_type",
    "  UndefVarError: `add` not defined",
  ],
  [
    "julia",
    "ERROR: LoadError: ArgumentError: Package Boat not found in current path.\n",
    "import",
    "ERROR: LoadError: ArgumentError: Package Boat not found in current path.",
  ],
  [
    "dotnet",
    "A.cs(7,12): error CS0103: The name 'foo' does not exist in the current context [/repo/A.csproj]\n",
    "attribute_type",
    "A.cs(7,12): error CS0103: The name 'foo' does not exist in the current context [/repo/A.csproj]",
  ],
  [
    "dotnet",
    "A.cs(7,12): error CS1002: ; expected\n",
    "syntax",
    "A.cs(7,12): error CS1002: ; expected",
  ],
  [
    "dotnet",
    "/repo/A.cs(1,7): error CS0246: The type or namespace name 'Boat' could not be found\n",
    "import",
    "/repo/A.cs(1,7): error CS0246: The type or namespace name 'Boat' could not be found",
  ],
  [
    "dotnet",
    "/repo/A.csproj : error NU1101: Unable to find package Boat.\n",
    "environment",
    "/repo/A.csproj : error NU1101: Unable to find package Boat.",
  ],
  [
    "dotnet",
    "/repo/A.fs(3,5): error FS0039: The value or constructor 'foo' is not defined.\n",
    "attribute_type",
    "/repo/A.fs(3,5): error FS0039: The value or constructor 'foo' is not defined.",
  ],
  [
    "dotnet test",
    "  Failed A.Tests.Adds [12 ms]\n  Error Message:\n   Assert.Equal() Failure: Values differ\nExpected: 3\nActual:   2\n  Stack Trace:\n     at A.Tests.Adds() in /repo/T.cs:line 9\nFailed!  - Failed:     1, Passed:     0\n",
    "assertion",
    "   Assert.Equal() Failure: Values differ",
  ],
  [
    "dotnet test",
    "  Error Message:\n   System.NullReferenceException : Object reference not set to an instance of an object.\n",
    "runtime",
    "   System.NullReferenceException : Object reference not set to an instance of an object.",
  ],
  [
    "dotnet test",
    "  Error Message:\n   Test method A.Tests.Adds threw exception: \n   System.MissingMethodException: Method not found: 'Boat.Sail'.\n",
    "attribute_type",
    "   System.MissingMethodException: Method not found: 'Boat.Sail'.",
  ],
  [
    "xunit",
    "[xUnit.net 00:00:00.51]     A.Tests.Adds [FAIL]\n[xUnit.net 00:00:00.51]       Assert.Equal() Failure: Values differ\n",
    "assertion",
    "[xUnit.net 00:00:00.51]       Assert.Equal() Failure: Values differ",
  ],
  [
    "kotlinc",
    "e: file:///repo/src/A.kt:3:13 Unresolved reference: foo\n\nFAILURE: Build failed with an exception.\n",
    "attribute_type",
    "e: file:///repo/src/A.kt:3:13 Unresolved reference: foo",
  ],
  [
    "kotlinc",
    "e: /repo/A.kt: (3, 13): Expecting ')'\n",
    "syntax",
    "e: /repo/A.kt: (3, 13): Expecting ')'",
  ],
  [
    "hspec",
    "Failures:\n\n  test/Spec.hs:8:5: \n  1) add adds\n       expected: 3\n        but got: 2\n\n1 example, 1 failure\n",
    "assertion",
    "        but got: 2",
  ],
  [
    "hspec",
    "  1) add throws\n       uncaught exception: ErrorCall\n       no boat\n",
    "runtime",
    "       no boat",
  ],
  [
    "hspec",
    "tests\n  adds: FAIL\n    test/Main.hs:9:\n    expected: 3\n     but got: 2\n\n1 out of 1 tests failed (0.00s)\n",
    "assertion",
    "     but got: 2",
  ],
  [
    "ghc",
    "src/A.hs:3:5: error: [GHC-88464]\n    Variable not in scope: foo\n",
    "attribute_type",
    "    Variable not in scope: foo",
  ],
  [
    "ghc",
    "src/A.hs:1:1: error:\n    Could not find module ‘Boat’\n",
    "import",
    "    Could not find module ‘Boat’",
  ],
  [
    "ghc",
    "src/A.hs:3:5: error: parse error on input ‘=’\n",
    "syntax",
    "src/A.hs:3:5: error: parse error on input ‘=’",
  ],
  [
    "scalatest",
    "[info] ASpec:\n[info] - adds *** FAILED ***\n[info]   2 did not equal 3 (ASpec.scala:7)\n[error] Failed tests:\n",
    "assertion",
    "[info]   2 did not equal 3 (ASpec.scala:7)",
  ],
  [
    "scalatest",
    "- opens *** FAILED ***\n  java.lang.NullPointerException: no boat\n",
    "runtime",
    "  java.lang.NullPointerException: no boat",
  ],
  [
    "munit",
    "==> X ASuite.adds  0.01s munit.ComparisonFailException: /repo/ASuite.scala:5\n",
    "assertion",
    "==> X ASuite.adds  0.01s munit.ComparisonFailException: /repo/ASuite.scala:5",
  ],
  [
    "scalac",
    "[error] /repo/A.scala:3:5: not found: value foo\n[error] one error found\n",
    "attribute_type",
    "[error] /repo/A.scala:3:5: not found: value foo",
  ],
  [
    "scalac",
    "[error] -- [E006] Not Found Error: /repo/A.scala:3:4 \n[error] 3 |    foo\n[error]   |    ^^^\n[error]   |    Not found: foo\n",
    "attribute_type",
    "[error]   |    Not found: foo",
  ],
  [
    "scalac",
    "[error] -- [E018] Syntax Error: /repo/A.scala:3:4 \n[error] 3 |  )\n[error]   |  ^\n[error]   |  expression expected but ')' found\n",
    "syntax",
    "[error]   |  expression expected but ')' found",
  ],
  [
    "dart test",
    "00:01 +0 -1: test/a_test.dart: adds [E]\n  Expected: <3>\n    Actual: <2>\n\n  package:matcher  expect\n00:01 +0 -1: Some tests failed.\n",
    "assertion",
    "    Actual: <2>",
  ],
  [
    "dart test",
    "00:01 +0 -1: opens [E]\n  TimeoutException after 0:00:30.000000: Test timed out after 30 seconds.\n",
    "timeout",
    "  TimeoutException after 0:00:30.000000: Test timed out after 30 seconds.",
  ],
  [
    "flutter test",
    "══╡ EXCEPTION CAUGHT BY FLUTTER TEST FRAMEWORK ╞══\nThe following TestFailure was thrown running a test:\nExpected: exactly one matching candidate\n  Actual: _TextWidgetFinder:<Found 0 widgets>\n",
    "assertion",
    "  Actual: _TextWidgetFinder:<Found 0 widgets>",
  ],
  [
    "dart",
    "lib/a.dart:3:5: Error: Undefined name 'foo'.\n",
    "attribute_type",
    "lib/a.dart:3:5: Error: Undefined name 'foo'.",
  ],
  [
    "testthat",
    "── Failure (test-a.R:3:3): adds ─────\nadd(1, 1) (`actual`) not equal to 3 (`expected`).\n\n[ FAIL 1 | WARN 0 | SKIP 0 | PASS 0 ]\n",
    "assertion",
    "add(1, 1) (`actual`) not equal to 3 (`expected`).",
  ],
  [
    "testthat",
    '── Error (test-a.R:3:3): adds ─────\nError in `add(1, 1)`: could not find function "add"\n',
    "attribute_type",
    'Error in `add(1, 1)`: could not find function "add"',
  ],
  [
    "R",
    "Error in library(boat) : there is no package called ‘boat’\nExecution halted\n",
    "import",
    "Error in library(boat) : there is no package called ‘boat’",
  ],
  [
    "nim",
    "    /repo/t.nim(5, 12): Check failed: add(1, 1) == 3\n    add(1, 1) was 2\n  [FAILED] adds\n",
    "assertion",
    "    /repo/t.nim(5, 12): Check failed: add(1, 1) == 3",
  ],
  [
    "nim",
    "/repo/a.nim(3, 5) Error: undeclared identifier: 'foo'\n",
    "attribute_type",
    "/repo/a.nim(3, 5) Error: undeclared identifier: 'foo'",
  ],
];

test.each(FORMS)("%s: %s", (runner, log, category, line) => {
  const read = readFailure(log, 1);
  expect({ runner: read.runner, category: read.category, context: read.context }).toEqual({
    runner,
    category,
    context: line,
  });
});

test("a row's groups are file, line and the names of failing tests", () => {
  const log =
    "/repo/T.swift:6: error: A.testAdd : XCTAssertTrue failed\n/repo/T.swift:9: error: A.testSub : XCTAssertTrue failed\n";
  expect(readFailure(log, 1)).toMatchObject({
    file: "/repo/T.swift",
    line: 6,
    tests: ["A.testAdd", "A.testSub"],
  });
});
