/** How many tests failed and passed by the runner's own last line, and whether a run succeeded. */
import { lineAt } from "./log.ts";
import type { Counts, Log } from "./types.ts";

/** null: no count in the last lines of the log. `passed` is left out where the line does not tell it. */
export function countsOf(log: Log): Counts | null {
  for (const line of tail(log)) {
    if (!COUNTED.test(line)) continue;
    for (const { form, failed, passed, total } of COUNTS) {
      if (!form.test(line)) continue;
      const failures = sum(line, failed);
      const good =
        passed === undefined ? sum(line, total) - failures - sum(line, OTHERS) : sum(line, passed);
      const isTold = passed !== undefined || (total !== NONE && good >= 0);
      return isTold ? { failed: failures, passed: good } : { failed: failures };
    }
  }
  return null;
}

/** Whether the last lines say that all went well, and none says otherwise. */
export function hasSucceeded(log: Log): boolean {
  const lines = tail(log);
  if (lines.some((line) => BAD.test(line))) return false;
  return lines.some((line) => GOOD.test(line));
}

/** Whether one of the last lines says that something failed. */
export function hasFailed(log: Log): boolean {
  return tail(log).some((line) => BAD.test(line));
}

/** Whether patch's last word is a file or a hunk that went in. */
export function hasPatched(log: Log): boolean {
  return /^(?:patching file \S+|Hunk #\d+ succeeded .*)$/.test(tail(log)[0] ?? "");
}

// ---------------------------------------------------------------------------------------------

/** Lines at the end of a log that are looked at, the last one first. */
const TAIL = 80;

function tail(log: Log): readonly string[] {
  const lines: string[] = [];
  for (let at = log.lines.length - 1; at >= 0 && lines.length < TAIL; at--) {
    const line = lineAt(log, at);
    if (line !== "") lines.push(line.length > 400 ? line.slice(0, 400) : line);
  }
  return lines;
}

const COUNTED =
  /\d (?:failed|passed|error|failure|example|runs|tests|specs)|ailures?[:=]|rrors=|Assertions: /;

/** `passed` as the line counts it, or what is left of `total`. */
type CountForm = {
  readonly form: RegExp;
  readonly failed: RegExp;
  readonly passed?: RegExp;
  readonly total: RegExp;
};

const NONE = /(?!)/g;
/** Neither passed nor failed. */
const OTHERS =
  /(\d+) (?:skips|skipped|pending|excluded|omissions|pendings)\b|(?:Skipped|Incomplete|Risky): *(\d+)/g;

const COUNTS: readonly CountForm[] = [
  {
    form: /^=* ?\d+ (?:failed|passed|error)\b.{0,200} in [\d.]+s/,
    failed: /(\d+) (?:failed|errors?)\b/g,
    passed: /(\d+) passed/g,
    total: NONE,
  },
  {
    form: /^FAILED \((?:failures|errors|unexpected)/,
    failed: /(?:failures|errors|unexpected successes)=(\d+)/g,
    total: NONE,
  },
  {
    form: /^\s*Tests:? {2,}.*\d+ (?:failed|passed)/,
    failed: /(\d+) failed/g,
    passed: /(\d+) passed/g,
    total: NONE,
  },
  {
    form: /^(?:\[\w+\] )?Tests run: *\d+, +Failures: *\d+/,
    failed: /(?:Failures|Errors): *(\d+)/g,
    total: /Tests run: *(\d+)/g,
  },
  {
    form: /^test result: /,
    failed: /(\d+) failed/g,
    passed: /(\d+) passed/g,
    total: NONE,
  },
  {
    form: /^\d+ examples?, \d+ failures?/,
    failed: /(\d+) (?:failures?|errors?)\b/g,
    total: /(\d+) examples?/g,
  },
  {
    form: /^\d+ (?:runs|tests), \d+ assertions?, /,
    failed: /(\d+) (?:failures?|errors?)\b/g,
    total: /(\d+) (?:runs|tests)\b/g,
  },
  {
    form: /^Tests: \d+, Assertions: \d+/,
    failed: /(?:Failures|Errors): (\d+)/g,
    total: /Tests: (\d+)/g,
  },
  {
    form: /^\d+ (?:tests?|specs?), \d+ failures?/,
    failed: /(\d+) failures?/g,
    total: /(\d+) (?:tests?|specs?)\b/g,
  },
];

function sum(line: string, form: RegExp): number {
  let total = 0;
  for (const found of line.matchAll(form)) total += Number(found[1] ?? found[2] ?? 0);
  return total;
}

/** Counts of failures and the words runners end with; a test's name may hold such a word, a line's start not. */
const BAD =
  /^(?:\[ERROR\] |=+ .*)?(?:FAIL|FAILED|FAILURES?|ERRORS?|FAILURES!!!|Failures?:|BUILD FAILURE|Result: FAIL)\b|^[^"']{0,40}\b[1-9]\d* (?:failed|failing|failures?|errors?)\b|^# fail [1-9]|^\s*not ok (?!.* # (?:TODO|SKIP))|BUILD FAILURE|\*\*\*(?:Failed|Timeout|Exception)|: \*\*\* |^test result: FAILED|failures=[1-9]|errors=[1-9]|Failures: [1-9]|Errors: [1-9]|^\[ {2}FAILED|does not meet/;

const GOOD =
  /^=* ?\d+ passed\b|^OK\b|^# fail +0|^test result: ok|^ok {2}\t|^ok\s+\S+\s+[\d.]+s|^\s*Tests:? {2,}\d+ passed|^All tests (?:successful|passed)|^Result: PASS|BUILD SUCCESS|^100% tests passed|^\[ {2}PASSED {2}\] [1-9]|^\d+ examples?, 0 failures|^\d+ \w+, \d+ assertions?, 0 failures, 0 errors|^\s*\d+ passing\b|^\s*\d+ tests? passed$|^OK \(\d+ tests|^\d+ (?:specs?|tests?), 0 failures|^\d+ success(?:es)? \/ 0 failures|[1-9]\d* tests successful\s+\]|^PASS$|^test \S.{0,200} \.\.\. ok$|^ℹ fail 0|^# ok\b|\.\.\. ok$|^ok \d+\b/;
