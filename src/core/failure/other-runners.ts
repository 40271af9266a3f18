/** Test runners told by a table: XCTest, Playwright, Julia, .NET, Haskell, Scala, Dart, R, Nim, OCaml. */
import type { Category } from "./categories.ts";
import { readerOf, type FormRow } from "./form-table.ts";
import { categoryOfMessage } from "./message.ts";
import { ofDart, ofJulia, ofNet, ofNim, ofR } from "./other-messages.ts";

/** An exception by its name; what names none is a comparison that did not hold. */
function raisedOrAssertion(text: string): Category {
  const said = text.replace(/^\[info\]\s+/, "");
  const name = /^([\w.$]{1,200}(?:Exception|Error))(?: ?:|$| \()/.exec(said)?.[1];
  return name === undefined
    ? "assertion"
    : categoryOfMessage(said.replace(/ ?:/, ":"), "runtime", name);
}

function ofXctest(text: string): Category {
  if (/Exceeded timeout|timed out/.test(text)) return "timeout";
  return /^XCT(?!.{0,60}(?:threw|caught) error)|^failed\b(?! ?: caught error)/.test(text)
    ? "assertion"
    : categoryOfMessage(text);
}

function ofPlaywright(text: string): Category {
  return text.startsWith("Test timeout of ") ? "timeout" : categoryOfMessage(text);
}

const ROWS: readonly FormRow[] = [
  {
    runner: "xctest",
    mark: "place",
    form: /^(?<file>[^\s:]{1,300}|<unknown>):(?<line>\d+): error: (?:-\[)?(?<test>\w[\w. ]{0,200})\]? : (?<text>.+)$/,
    strength: "test",
    category: ofXctest,
  },
  {
    runner: "swift-testing",
    mark: "spec",
    form: /^✘ Test (?<test>.{1,200}?) recorded an issue at (?<file>[^\s:]{1,300}):(?<line>\d+):\d+: (?<text>.+)$/,
    strength: "test",
    category: (text) =>
      text.startsWith("Caught error")
        ? "runtime"
        : text.startsWith("Time limit")
          ? "timeout"
          : "assertion",
  },
  {
    runner: "playwright",
    mark: "numbered",
    form: /^\s*\d+\) (?<test>(?:\[[^\]]{1,60}\] › )?(?<file>[^\s:]{1,300}\.[cm]?[jt]sx?):(?<line>\d+):\d+ › .{1,300}?)[ ─]*$/,
    strength: "test",
    reach: 40,
    why: [/^\s+(?:\w*Error: |Test timeout of |expect\()/, "next"],
    category: ofPlaywright,
  },
  {
    runner: "julia",
    mark: "juliaFailed",
    form: /^(?<test>.{1,200}): Test Failed at (?<file>[^\n]{1,300}):(?<line>\d+)$/,
    strength: "test",
    why: [/^\s+Evaluated: /, /^\s+Expression: /],
    category: "assertion",
  },
  {
    runner: "julia",
    mark: "juliaError",
    form: /^(?<test>.{1,200}): Error During Test at (?<file>[^\n]{1,300}):(?<line>\d+)$/,
    strength: "test",
    why: [
      /^\s+(?:LoadError: )?\w+(?:Error|Exception)\b/,
      /^\s+(?!Test threw|Got exception|Expression:)\S/,
    ],
    category: ofJulia,
  },
  {
    runner: "dotnet test",
    mark: "netMessage",
    form: /^\s*Error Message:$/,
    strength: "test",
    why: [/^\s*(?!Test method .{1,300} threw exception)\S/],
    category: ofNet,
  },
  {
    runner: "xunit",
    mark: "netFail",
    form: /^(?:\[xUnit\.net [\d:.]+\])?\s+(?<test>\S.{0,300}) \[FAIL\]$/,
    strength: "test",
    why: ["next"],
    category: (text) => ofNet(text.replace(/^\[xUnit\.net [\d:.]+\]\s+/, "")),
  },
  {
    runner: "hspec",
    mark: "hsGot",
    form: /^\s+(?:but got: |predicate failed on: )/,
    strength: "test",
    category: "assertion",
  },
  {
    runner: "hspec",
    mark: "hsUncaught",
    form: /^\s+uncaught exception: (?<text>.+)$/,
    strength: "test",
    why: ["next"],
    category: "runtime",
  },
  {
    runner: "scalatest",
    mark: "stars",
    form: /^(?:\[info\] )?\s*- (?<test>\S.{0,300}) \*\*\* FAILED \*\*\*(?: \(.{1,40}\))?$/,
    strength: "test",
    why: ["next"],
    category: raisedOrAssertion,
  },
  {
    runner: "munit",
    mark: "munit",
    form: /^==> X (?<test>\S+) .{0,40}?\bmunit\.\w*Exception: (?<file>\S{1,300}):(?<line>\d+)/,
    strength: "test",
    category: "assertion",
  },
  {
    runner: "dart test",
    mark: "dartFailed",
    form: /^\d\d:\d\d .{0,40}?-\d+: (?<test>.{1,300}) \[E\]$/,
    strength: "test",
    why: [/^\s+Actual: /, "next"],
    category: ofDart,
  },
  {
    runner: "flutter test",
    mark: "flutter",
    form: /^The following (?<test>TestFailure) was thrown /,
    strength: "test",
    why: [/^\s+Actual: /, "next"],
    category: "assertion",
  },
  {
    runner: "testthat",
    mark: "testthat",
    form: /^(?:── |-- )?\d*\.? ?Failure \((?:\?\?\?|'?(?<file>[^:)\s']{1,200})(?::(?<line>\d+))?(?::\d+)?'?)\): (?<test>.{1,200}?)[ ─-]*$/,
    strength: "test",
    why: ["next"],
    category: "assertion",
  },
  {
    runner: "testthat",
    mark: "testthat",
    form: /^(?:── |-- )?\d*\.? ?Error \((?:\?\?\?|'?(?<file>[^:)\s']{1,200})(?::(?<line>\d+))?(?::\d+)?'?)\): (?<test>.{1,200}?)[ ─-]*$/,
    strength: "test",
    why: ["next"],
    category: ofR,
  },
  {
    runner: "nim",
    mark: "nimCheck",
    form: /^\s*(?<file>[^\s(]{1,300}\.nim)\((?<line>\d+), \d+\): Check failed: /,
    strength: "test",
    category: "assertion",
  },
  {
    runner: "nim",
    mark: "nimExpect",
    form: /^\s*(?<file>[^\s(]{1,300}\.nim)\((?<line>\d+), \d+\): Expect Failed, /,
    strength: "test",
    category: "assertion",
  },
  {
    runner: "nim",
    mark: "nimRaised",
    form: /^\s*(?:Error: u|U)nhandled exception: (?<text>.+ \[\w+\])$/,
    strength: "test",
    category: ofNim,
  },
  {
    runner: "ounit",
    mark: "ounit",
    form: /^Error: (?<test>(?!.{1,600}\(in the log\))[^\s:]{1,200}(?::[^:]{1,200}){1,20})\.$/,
    strength: "test",
    reach: 60,
    why: [/^(?!Raised |Called |Re-raised |File "|Error: |-{5,}$|={5,}$)\S/],
    category: (text) =>
      /^(?!OUnit)(?:[A-Z]\w*\.)*[A-Z]\w*(?:\(|$)/.test(text) ? "runtime" : "assertion",
  },
];

export const readOtherRunners = readerOf(ROWS);
