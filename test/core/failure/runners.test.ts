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
  // Written by the tools themselves: Nim 1.6, testthat 3.1, tasty 1.4, kotlinc 1.3, scalac 2.11, Crystal 1.6, OCaml 4.13, OUnit 2.2, gfortran 12, FPC 3.2.
  [
    "nim",
    "\n[Suite] io\n/repo/t2.nim(4) t2\n/usr/lib/nim/lib/system/io.nim(870) readFile\n\n    Unhandled exception: cannot open: /nonexistent.txt [IOError]\n  [FAILED] opens\nError: execution of an external program failed: '/repo/t2 '\n",
    "runtime",
    "    Unhandled exception: cannot open: /nonexistent.txt [IOError]",
  ],
  [
    "nim",
    "/usr/lib/nim/lib/pure/unittest.nim(681) t3\n/usr/lib/nim/lib/system/fatal.nim(54) sysFatal\n\nUnhandled exception: index 5 not in 0 .. 1 [IndexDefect]\n[FAILED] index\nError: execution of an external program failed: '/repo/t3 '\n",
    "runtime",
    "Unhandled exception: index 5 not in 0 .. 1 [IndexDefect]",
  ],
  [
    "nim",
    "/repo/t7.nim(3, 9): Expect Failed, no exception was thrown.\n[FAILED] raises\nError: execution of an external program failed: '/repo/t7 '\n",
    "assertion",
    "/repo/t7.nim(3, 9): Expect Failed, no exception was thrown.",
  ],
  [
    "nim",
    "/repo/t8.nim(3) t8\n\nUnhandled exception: bad value here [ValueError]\n[FAILED] own error\nError: execution of an external program failed: '/repo/t8 '\n",
    "runtime",
    "Unhandled exception: bad value here [ValueError]",
  ],
  [
    "testthat",
    "── Failure (???): adds ─────────────────────────────────────────────────────────\n1 + 1 not equal to 3.\n1/1 mismatches\n[1] 2 - 3 == -1\n\nError in reporter$stop_if_needed() : Test failed\nCalls: test_that -> <Anonymous>\nExecution halted\n",
    "assertion",
    "1 + 1 not equal to 3.",
  ],
  [
    "R",
    "Error in library(nosuchpackage) : \n  there is no package called ‘nosuchpackage’\nExecution halted\n",
    "import",
    "  there is no package called ‘nosuchpackage’",
  ],
  [
    "R",
    "Error: unexpected '{' in \"x <- function( {\"\nExecution halted\n",
    "syntax",
    "Error: unexpected '{' in \"x <- function( {\"",
  ],
  [
    "testthat",
    "── Failure (???): no error ─────────────────────────────────────────────────────\n1 did not throw an error.\n\nError in reporter$stop_if_needed() : Test failed\nCalls: test_that -> <Anonymous>\nExecution halted\n",
    "assertion",
    "1 did not throw an error.",
  ],
  [
    "testthat",
    "[ FAIL 2 | WARN 0 | SKIP 0 | PASS 0 ]\n\n══ Failed tests ════════════════════════════════════════════════════════════════\n── Failure ('test-a.R:2'): adds ────────────────────────────────────────────────\n1 + 1 not equal to 3.\n1/1 mismatches\n[1] 2 - 3 == -1\n── Error ('test-b.R:2'): boom ──────────────────────────────────────────────────\nError in `eval(code, test_env)`: no connection to server\n\n[ FAIL 2 | WARN 0 | SKIP 0 | PASS 0 ]\nError: Test failures\nExecution halted\n",
    "assertion",
    "1 + 1 not equal to 3.",
  ],
  [
    "hspec",
    "all\n  adds: FAIL\n    t4.hs:4:\n    expected: 3\n     but got: 2\n    Use -p '/adds/' to rerun this test only.\n  ok:   OK\n  err:  FAIL\n    Exception: boom here\n    CallStack (from HasCallStack):\n      error, called at t4.hs:4:120 in main:Main\n    Use -p '/err/' to rerun this test only.\n\n2 out of 3 tests failed (0.00s)\n",
    "assertion",
    "     but got: 2",
  ],
  [
    "kotlinc",
    'OpenJDK 64-Bit Server VM warning: Options -Xverify:none and -noverify were deprecated in JDK 13 and will likely be removed in a future release.\nt1.kt:1:27: error: type mismatch: inferred type is String but Int was expected\nfun main() { val x: Int = "a"; println(y) }\n                          ^\nt1.kt:1:40: error: unresolved reference: y\nfun main() { val x: Int = "a"; println(y) }\n                                       ^\n',
    "attribute_type",
    "t1.kt:1:27: error: type mismatch: inferred type is String but Int was expected",
  ],
  [
    "kotlinc",
    "OpenJDK 64-Bit Server VM warning: Options -Xverify:none and -noverify were deprecated in JDK 13 and will likely be removed in a future release.\nt2.kt:2:10: error: expecting ')'\nfun main( { }\n         ^\nt2.kt:1:8: error: unresolved reference: no\nimport no.such.pack\n       ^\n",
    "syntax",
    "t2.kt:2:10: error: expecting ')'",
  ],
  [
    "scalac",
    't1.scala:1: error: type mismatch;\n found   : String("a")\n required: Int\nobject A { val x: Int = "a"; def main(a: Array[String]) { println(y) } }\n                        ^\nt1.scala:1: error: not found: value y\nobject A { val x: Int = "a"; def main(a: Array[String]) { println(y) } }\n                                                                  ^\ntwo errors found\n',
    "attribute_type",
    "t1.scala:1: error: type mismatch;",
  ],
  [
    "scalac",
    "t2.scala:2: error: identifier expected but '=' found.\nobject A { def f( = 1 }\n                  ^\nt2.scala:2: error: ':' expected but '}' found.\nobject A { def f( = 1 }\n                      ^\ntwo errors found\n",
    "syntax",
    "t2.scala:2: error: identifier expected but '=' found.",
  ],
  [
    "crystal",
    "Showing last frame. Use --error-trace for full trace.\n\nIn t2.cr:1:1\n\n 1 | require \"./nosuch\"\n     ^\nError: can't find file './nosuch' relative to '/repo/t2.cr'\n\n\n",
    "import",
    "Error: can't find file './nosuch' relative to '/repo/t2.cr'",
  ],
  [
    "crystal",
    'Showing last frame. Use --error-trace for full trace.\n\nIn t3.cr:1:1\n\n 1 | x : Int32 = "a"\n     ^\nError: type must be Int32, not String\n',
    "attribute_type",
    "Error: type must be Int32, not String",
  ],
  [
    "crystal",
    'In t4.cr:2:3\n\n 2 | 1\n     ^\nError: unexpected token: "1"\n',
    "syntax",
    'Error: unexpected token: "1"',
  ],
  [
    "ounit",
    'EF.\n==============================================================================\nError: all:1:boom.\n\nFile "/repo/oUnit-all-host#02.log", line 2, characters 1-1:\nError: all:1:boom (in the log).\n\nCalled from unknown location\n\nFailure("boom here")\n------------------------------------------------------------------------------\n==============================================================================\nError: all:0:adds.\n\nFile "/repo/oUnit-all-host#01.log", line 2, characters 1-1:\nError: all:0:adds (in the log).\n\nCalled from unknown location\n\nexpected: 3 but got: 2\n------------------------------------------------------------------------------\nRan: 3 tests in: 0.16 seconds.\nFAILED: Cases: 3 Tried: 3 Errors: 1 Failures: 1 Skip:  0 Todo: 0 Timeouts: 0.\n',
    "runtime",
    'Failure("boom here")',
  ],
  [
    "ocaml",
    'File "t2.ml", line 1, characters 14-17:\n1 | let x : int = "a"\n                  ^^^\nError: This expression has type string but an expression was expected of type\n         int\n',
    "attribute_type",
    "Error: This expression has type string but an expression was expected of type",
  ],
  [
    "ocaml",
    "File \"t4.ml\", line 2, characters 0-3:\n2 | let () = ()\n    ^^^\nError: Syntax error: ')' expected\nFile \"t4.ml\", line 1, characters 10-11:\n1 | let f x = (x + 1\n              ^\n  This '(' might be unmatched\n",
    "syntax",
    "Error: Syntax error: ')' expected",
  ],
  [
    "ocaml",
    'File "t5.ml", line 1, characters 5-11:\n1 | open Nosuch\n         ^^^^^^\nError: Unbound module Nosuch\n',
    "import",
    "Error: Unbound module Nosuch",
  ],
  [
    "gfortran",
    't1.f90:5:3:\n\n    5 |   y = 2\n      |   1\nError: Symbol ‘y’ at (1) has no IMPLICIT type\nt1.f90:4:6:\n\n    4 |   x = "a"\n      |      1\nError: Cannot convert CHARACTER(1) to INTEGER(4) at (1)\n',
    "attribute_type",
    "Error: Symbol ‘y’ at (1) has no IMPLICIT type",
  ],
  [
    "gfortran",
    "t2.f90:2:7:\n\n    2 |   use nosuch\n      |       1\nFatal Error: Cannot open module file ‘nosuch.mod’ for reading at (1): No such file or directory\ncompilation terminated.\n",
    "import",
    "Fatal Error: Cannot open module file ‘nosuch.mod’ for reading at (1): No such file or directory",
  ],
  [
    "gfortran",
    "At line 4 of file t3.f90\nFortran runtime error: Index '7' of dimension 1 of array 'x' above upper bound of 3\n\nError termination. Backtrace:\n#0  0x7fc1b58218c2 in ???\n#1  0x7fc1b58223b9 in ???\n#2  0x7fc1b5822949 in ???\n#3  0x562480238228 in ???\n#4  0x562480238346 in ???\n#5  0x7fc1b5645249 in __libc_start_call_main\n\tat ../sysdeps/nptl/libc_start_call_main.h:58\n#6  0x7fc1b5645304 in __libc_start_main_impl\n\tat ../csu/libc-start.c:360\n#7  0x5624802380c0 in ???\n#8  0xffffffffffffffff in ???\n",
    "runtime",
    "Fortran runtime error: Index '7' of dimension 1 of array 'x' above upper bound of 3",
  ],
  [
    "gfortran",
    "t4.f90:2:17:\n\n    2 |   if (1 == 1 then\n      |                 1\nError: Missing ‘)’ in statement at or before (1)\n",
    "syntax",
    "Error: Missing ‘)’ in statement at or before (1)",
  ],
  [
    "fpc",
    'Target OS: Linux for x86-64\nCompiling t1.pas\nt1.pas(1,39) Error: Incompatible types: got "Constant String" expected "SmallInt"\nt1.pas(1,46) Error: Identifier not found "foo"\nt1.pas(2) Fatal: There were 2 errors compiling module, stopping\nFatal: Compilation aborted\nError: /usr/bin/ppcx64 returned an error exitcode\n',
    "attribute_type",
    't1.pas(1,39) Error: Incompatible types: got "Constant String" expected "SmallInt"',
  ],
  [
    "fpc",
    "Target OS: Linux for x86-64\nCompiling t2.pas\nt2.pas(1,17) Fatal: Can't find unit nosuch used by a\nFatal: Compilation aborted\nError: /usr/bin/ppcx64 returned an error exitcode\n",
    "import",
    "t2.pas(1,17) Fatal: Can't find unit nosuch used by a",
  ],
  [
    "fpc",
    "Target OS: Linux for x86-64\nCompiling t3.pas\nLinking t3\n1 lines compiled, 0.1 sec\nRuntime error 200 at $00000000004010BE\n  $00000000004010BE\n  $0000000000422EDC\n\n",
    "runtime",
    "Runtime error 200 at $00000000004010BE",
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
