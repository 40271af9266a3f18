/** What an observation says of the tests that were run, by the counts and closing lines of runners. */

/** null: it says nothing of tests. A failure anywhere in it counts before what passed. */
export function testsIn(text: string): "passed" | "failed" | null {
  const tail = text.slice(-MOST).replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
  if (FAILED.test(tail)) return "failed";
  const code = /<returncode>\s*(-?\d+)\s*<\/returncode>|\bexit(?:ed with)? code:?\s*(-?\d+)/i.exec(
    tail,
  );
  const status = code?.[1] ?? code?.[2];
  if (status !== undefined && status !== "0") return null;
  return PASSED.test(tail) ? "passed" : null;
}

// ---------------------------------------------------------------------------------------------

/** Runners close with their counts: what stands far above them is output of the tests. */
const MOST = 6000;

const FAILED =
  /\b[1-9]\d* (?:failed|failing|failures?|errors?)\b(?! fixed)|^FAILED\b|\bFAILED \(|^FAIL\b|^--- FAIL:|^not ok \d|test result: FAILED|^# fail [1-9]|Failures: [1-9]|Tests run: \d+, Failures: (?:[1-9]|0, Errors: [1-9])|BUILD FAILURE/im;
const PASSED =
  /\b[1-9]\d* (?:passed|passing)\b|^OK(?: \(|$)|^ok\s+\S+\s|test result: ok|^# pass [1-9]|\b[1-9]\d* (?:tests|examples|runs|assertions), .*\b0 failures\b|100% tests passed|Tests run: [1-9]\d*, Failures: 0, Errors: 0|^All tests (?:passed|successful)/im;
