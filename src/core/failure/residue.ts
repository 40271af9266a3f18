/**
 * What is left of a log that was cut or filtered: a line that names an exception without the block it
 * stood in, or a word that tells the kind of failure and not its reason.
 */
import type { Category } from "./categories.ts";
import { lineAt } from "./log.ts";
import { categoryOfMessage, isException } from "./message.ts";
import type { Finding, Log } from "./types.ts";

/** The first line that names what was raised, or complains in a tool's usual words. */
export function readNamed(log: Log): Finding | null {
  let complaint = -1;
  let raised = -1;
  // Of unittest's first test the last in its chain; elsewhere the first.
  const [head, next] = log.at("utHead");
  const end = Math.min(log.lines.length, MAX_LINES, next ?? Infinity);
  for (let at = 0; at < end; at++) {
    const line = lineAt(log, at);
    if (!WORTH.test(line)) continue;
    const text = line.replace(DRESS, "");
    if (isRaised(text)) {
      raised = at;
      if (head === undefined) break;
    }
    if (complaint < 0 && COMPLAINT.test(text) && !COUNT.test(text)) complaint = at;
  }
  if (raised >= 0) return found(raised, named(lineAt(log, raised).replace(DRESS, "")));
  if (complaint < 0) return null;
  const text = lineAt(log, complaint).replace(DRESS, "").replace(COMPLAINT, "");
  return found(complaint, categoryOfMessage(`Error: ${text}`));
}

/** The kind of failure where nothing says its reason: counts of failures apart from errors, and the like. */
export function readHint(
  log: Log,
): { readonly category: Category; readonly runner: string } | null {
  const end = Math.min(log.lines.length, MAX_LINES);
  for (let at = 0; at < end; at++) {
    const line = lineAt(log, at);
    if (!TELLING.test(line)) continue;
    for (const { form, category, runner } of HINTS) {
      if (form.test(line)) return { category, runner };
    }
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

/** Lines that are looked at: this runs only where no reader knew the form. */
const MAX_LINES = 20_000;

const WORTH = /[Ee]rror|Exception|[Ff]atal|FATAL|Failure|assert|thrown|imed out|Timeout/;

/** What runners put before a message. */
const DRESS =
  /^(?:\s+|# ?|E {2,}|\[ERROR\] +|\d+\) |=> |error: ['"`|]?|\S{1,60} \| +|message: ['"]?)+/;

const COMPLAINT =
  /^(?:[\w./-]{1,60}: )?(?:fatal error|fatal|FATAL|error|ERROR|Error|Fatal error)(?:\[\w+\])?[:!] /;
const COUNT = /^\d+ |error: (?:test failed|doctest failed|could not compile|aborting)/;

function isRaised(text: string): boolean {
  return (isException(text) && !/^\S{0,120}Warning\b/.test(text)) || text.startsWith('thrown: "');
}

function named(text: string): Category {
  return categoryOfMessage(text.replace(/^thrown: "/, "Error: "));
}

function found(at: number, category: Category): Finding {
  return { runner: "", at, category, strength: "summary" };
}

const TELLING =
  /FAIL|not ok|ailure|ASSERTION|left: |right: |xpected|Received|ctual|failed|Snapshot|SUCCESS|success/;

type Hint = { readonly form: RegExp; readonly category: Category; readonly runner: string };

const HINTS: readonly Hint[] = [
  { form: /^FAILED \(.{0,60}failures=[1-9]/, category: "assertion", runner: "unittest" },
  { form: /^\s*failureType: 'testTimeoutFailure'/, category: "timeout", runner: "node --test" },
  { form: /^\s*(?:#\s+)?code: '?ERR_ASSERTION'?,?$/, category: "assertion", runner: "node --test" },
  { form: /^FAILURES!$/, category: "assertion", runner: "phpunit" },
  { form: /^\[ {2}FAILED {2}\] /, category: "assertion", runner: "gtest" },
  {
    form: /^\d+ (?:runs|tests), \d+ assertions?, [1-9]\d* failures?, 0 errors?/,
    category: "assertion",
    runner: "minitest",
  },
  {
    form: /^(?:\[ERROR\] )?Tests run: *\d+, +Failures: *[1-9]\d*(?:, Errors: 0|$)/,
    category: "assertion",
    runner: "junit",
  },
  { form: /^\s*--- FAIL: /, category: "assertion", runner: "go test" },
  { form: /^ {1,4}(?:left|right): /, category: "assertion", runner: "cargo test" },
  { form: /^\s*[-+]{3} (?:[Ee]xpected|[Aa]ctual)$/, category: "assertion", runner: "tap" },
  { form: /^\s*(?:Expected|Received)\b[^:]{0,40}: /, category: "assertion", runner: "jest" },
  { form: /^\s*[-+] (?:Expected|Received|Snapshot) /, category: "assertion", runner: "jest" },
  { form: /^\s*Assertion with \S+ failed$/, category: "assertion", runner: "exunit" },
  { form: /^\s*(?:#\s+)?`.{1,600}' failed$/, category: "assertion", runner: "bats" },
  {
    form: /^UNEXPECTED SUCCESS: |\.\.\. unexpected success$|^FAILED \(unexpected/,
    category: "assertion",
    runner: "unittest",
  },
  { form: /^not ok \d/, category: "assertion", runner: "tap" },
];
