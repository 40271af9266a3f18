import { describe, expect, test } from "vitest";
import { labelRun, type LabelReason } from "../../../src/core/label/label.ts";
import type { RunLabel } from "../../../src/records/prompt.ts";
import { testsIn } from "../../../src/core/label/observations.ts";
import type { Message } from "../../../src/records/message.ts";

const says = (content: string): Message => ({ role: "assistant", content });
const runs = (command: string): Message => says(`Next:\n\n\`\`\`bash\n${command}\n\`\`\``);
const sees = (content: string): Message => ({ role: "user", content });
const SUBMIT = runs("echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT");

type Case = {
  readonly messages: readonly Message[];
  readonly exit_status?: string;
  readonly verdict?: "success" | "failure";
};
const label = ({ messages, exit_status, verdict }: Case) =>
  labelRun({
    messages: [sees("Fix it."), ...messages],
    notTurns: new Set(),
    verdict: verdict ?? null,
    exit_status: exit_status ?? null,
  });

describe("a run is labelled", () => {
  test.each<[RunLabel, readonly LabelReason[], string, Case]>([
    [
      "SUCCESS",
      ["verdict_success", "submitted", "submitted_without_tests"],
      "by its source's verdict",
      { messages: [SUBMIT], verdict: "success" },
    ],
    [
      "FAILURE",
      ["verdict_failure", "tests_passed", "submitted"],
      "by a verdict against its own tests",
      { messages: [runs("pytest"), sees("3 passed in 1s"), SUBMIT], verdict: "failure" },
    ],
    [
      "SUCCESS",
      ["tests_passed", "submitted"],
      "by tests that passed before it was handed in",
      { messages: [runs("pytest"), sees("3 passed in 1s"), SUBMIT] },
    ],
    [
      "FAILURE",
      ["tests_failed", "submitted"],
      "by tests that failed last",
      {
        messages: [
          runs("pytest"),
          sees("3 passed"),
          runs("pytest -x"),
          sees("1 failed, 2 passed"),
          SUBMIT,
        ],
      },
    ],
    [
      "UNKNOWN",
      ["submitted", "submitted_without_tests"],
      "as unknown without tests",
      { messages: [runs("ls"), sees("a"), SUBMIT] },
    ],
    [
      "UNKNOWN",
      ["tests_passed", "unfinished"],
      "as unknown when it breaks off",
      { messages: [runs("pytest"), sees("3 passed"), runs("ls"), sees("a")] },
    ],
    [
      "FAILURE",
      ["loop"],
      "as a loop",
      { messages: [runs("ls"), sees("a"), runs("ls"), sees("a"), runs("ls"), sees("a")] },
    ],
    ["FAILURE", ["gave_up"], "as given up", { messages: [runs("exit_forfeit")] }],
    [
      "FAILURE",
      ["context_ran_out"],
      "as out of context by its status",
      { messages: [runs("ls"), sees("a")], exit_status: "exit_context" },
    ],
    [
      "FAILURE",
      ["context_ran_out"],
      "as out of context by its last message",
      { messages: [runs("ls"), sees("This model's maximum context length is 8192 tokens")] },
    ],
    [
      "FAILURE",
      ["format_errors"],
      "as stopped by its form",
      { messages: [runs("ls"), sees("a")], exit_status: "RepeatedFormatError" },
    ],
    [
      "FAILURE",
      ["format_errors"],
      "as ending in complaints about its form",
      {
        messages: [
          runs("ls"),
          sees("Format error: no action"),
          runs("ls -l"),
          sees("Format error: no action"),
        ],
      },
    ],
    [
      "FAILURE",
      ["limit"],
      "as stopped by a limit",
      { messages: [runs("ls"), sees("a")], exit_status: "LimitsExceeded" },
    ],
    [
      "FAILURE",
      ["crash"],
      "as crashed",
      { messages: [runs("ls"), sees("a")], exit_status: "InternalServerError" },
    ],
    ["UNKNOWN", ["unfinished"], "as unknown without any turn", { messages: [] }],
  ])("%s %j: %s", (want, reasons, _title, run) => {
    expect(label(run)).toEqual({ label: want, reasons });
  });

  test("turns of a demonstration do not count", () => {
    const messages = [sees("Fix it."), runs("pytest"), sees("3 passed"), SUBMIT];
    const said = labelRun({
      messages,
      notTurns: new Set([1, 3]),
      verdict: null,
      exit_status: null,
    });
    expect(said).toEqual({ label: "UNKNOWN", reasons: ["unfinished"] });
  });

  test("a check that is a tool call counts as one in text", () => {
    const call: Message = {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "1", name: "exec_command", arguments: { cmd: "go test ./..." } }],
    };
    const result: Message = {
      role: "tool",
      content: "ok  \texample.com/a\t0.01s",
      tool_call_id: "1",
    };
    expect(label({ messages: [call, result, SUBMIT] }).label).toBe("SUCCESS");
  });
});

test.each<["passed" | "failed" | null, string]>([
  ["passed", "===== 12 passed, 1 skipped in 0.5s ====="],
  ["failed", "===== 1 failed, 12 passed in 0.5s ====="],
  ["passed", "Ran 3 tests in 0.1s\n\nOK"],
  ["failed", "Ran 3 tests in 0.1s\n\nFAILED (failures=1)"],
  ["passed", "test result: ok. 4 passed; 0 failed; 0 ignored"],
  ["failed", "test result: FAILED. 3 passed; 1 failed"],
  ["failed", "--- FAIL: TestA (0.00s)\nFAIL"],
  ["passed", "Tests:       5 passed, 5 total"],
  ["failed", "Tests run: 3, Failures: 0, Errors: 1"],
  ["passed", "Tests run: 3, Failures: 0, Errors: 0"],
  ["passed", "5 examples, 0 failures"],
  ["passed", "100% tests passed, 0 tests failed out of 3"],
  [null, "<returncode>1</returncode>\n3 passed"],
  ["failed", "<returncode>0</returncode>\n<output>\n1 failed, 2 passed in 0.1s\n</output>"],
  ["failed", "E   AssertionError: assert 1 == 2\nFAILED test_a.py::test_a - assert 1 == 2"],
  ["failed", "=== 2 errors in 0.20s ==="],
  [
    null,
    "ImportError while loading conftest 'conftest.py'.\nE   ModuleNotFoundError: No module named 'x'",
  ],
  [null, "src/a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'."],
  [
    null,
    'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\nValueError: no',
  ],
  [null, "hello"],
])("tests %s: %s", (want, text) => {
  expect(testsIn(text)).toBe(want);
});
