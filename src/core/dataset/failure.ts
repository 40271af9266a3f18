/**
 * What a test log says went wrong first: the failure's own lines for a prompt, and its category where
 * nobody gave one. Reads pytest, unittest and Django's runner, and any Python traceback.
 */
import { CUT_MARK } from "./cut.ts";

export const CATEGORIES = [
  "patch_apply",
  "timeout",
  "environment",
  "syntax",
  "import",
  "attribute_type",
  "assertion",
  "flaky",
  "runtime",
] as const;
export type Category = (typeof CATEGORIES)[number];

export type Failure = {
  /** Whole lines, at most `maxChars`; what was left out between them is marked. */
  readonly context: string;
  /** "AssertionError"; null when no exception is named. */
  readonly exception: string | null;
};

/**
 * The first meaningful failure of a log; null when there is none. Linear in the log.
 * @param maxChars for the context, marks included.
 */
export function firstFailure(log: string, maxChars: number): Failure | null {
  const body = testOutput(log);
  const found =
    unittestFailure(body) ?? pytestFailure(body) ?? traceback(body) ?? summaryLine(body);
  if (found === null) return null;
  const lines = found.lines.map((line) => line.replace(/\r$/, "").trimEnd());
  return { context: fit(lines, maxChars), exception: exceptionOf(found.error) };
}

/**
 * The category of a failed run, from its log; null when the log tells nothing. What keeps tests from
 * running at all (the patch, the time, the machine) counts before what a test said.
 */
export function categoryOf(log: string): Category | null {
  // The words are looked for first: on a log of 30 kB that is ten times as quick.
  if (hasAny(log, PATCH_WORDS) && PATCH_APPLY.test(log)) return "patch_apply";
  if (hasAny(log, TIMEOUT_WORDS) && TIMEOUT.test(log)) return "timeout";
  const failure = firstFailure(log, 2000);
  if (ENVIRONMENT.test(failure?.context ?? log)) return "environment";
  const exception = failure?.exception ?? null;
  if (exception !== null) return byException(exception);
  if (FLAKY.test(log)) return "flaky";
  if (failure === null) return null;
  return /\bassert\b/i.test(failure.context) ? "assertion" : "runtime";
}

// ---------------------------------------------------------------------------------------------

/** `lines`: what to show; `error`: the line that names the exception, or "". */
type Found = { readonly lines: readonly string[]; readonly error: string };

const PATCH_APPLY =
  /^(?:error: (?:patch failed:|corrupt patch|.{1,300}: patch does not apply)|patch: \*{4} |Hunk #\d+ FAILED|\d+ out of \d+ hunks? FAILED|>>>>> Patch Apply Failed)/m;
const PATCH_WORDS = ["patch failed:", "corrupt patch", "does not apply", "patch: ****"].concat([
  "FAILED at",
  "hunk FAILED",
  "hunks FAILED",
  "Patch Apply Failed",
]);
const TIMEOUT_WORDS = ["Timed Out", "Timeout", "timed out", "Terminated"];
const TIMEOUT =
  /^(?:.{0,40}>>>>> Tests Timed Out|E? {0,12}Failed: Timeout|\+{3,} Timeout \+{3,}|Timeout(?:Error)?: |.{0,80}timed out after \d|Terminated$)/m;
const ENVIRONMENT =
  /No space left on device|Could not find a version that satisfies|ResolutionImpossible|cannot open shared object file|command not found|Cannot connect to the Docker daemon|Temporary failure in name resolution|Could not resolve host|Connection refused|MemoryError|^Killed$/m;
const hasAny = (log: string, words: readonly string[]): boolean =>
  words.some((word) => log.includes(word));
const FLAKY = /\bflaky\b|\bRERUN\b|\d+ rerun\b/i;
const RULE = /^={20,}\s*$/;

function byException(name: string): Category {
  const bare = name.slice(name.lastIndexOf(".") + 1);
  if (/^(?:SyntaxError|IndentationError|TabError)$/.test(bare)) return "syntax";
  if (/^(?:ImportError|ModuleNotFoundError)$/.test(bare)) return "import";
  if (/^(?:AttributeError|TypeError)$/.test(bare)) return "attribute_type";
  if (/^(?:AssertionError|Failed)$/.test(bare)) return "assertion";
  if (/Timeout/.test(bare)) return "timeout";
  return "runtime";
}

/** What stands between the harness's marks, where it set any: what came before is installation. */
function testOutput(log: string): readonly string[] {
  const start = log.lastIndexOf(">>>>> Start Test Output");
  const end = start < 0 ? -1 : log.indexOf(">>>>> End Test Output", start);
  const body = start < 0 ? log : log.slice(start, end < 0 ? log.length : end);
  const output = start < 0 ? body : body.slice(body.indexOf("\n") + 1);
  return (output.includes("\u001b") ? output.replace(ANSI, "") : output).split("\n");
}

const ANSI = /\u001b\[[0-9;]{0,20}[A-Za-z]/g;

/** "FAIL: test (module.Class)" under a rule of "=": header, last frame, exception and its message. */
function unittestFailure(lines: readonly string[]): Found | null {
  const at = lines.findIndex(
    (line, i) => RULE.test(line) && /^(?:FAIL|ERROR): /.test(lines[i + 1] ?? ""),
  );
  if (at < 0) return null;
  const block = upTo(
    lines,
    at + 1,
    (line, i) => i > at + 1 && (RULE.test(line) || /^Ran \d+ tests?/.test(line)),
  );
  const trace = traceback(block);
  const end = block.findLastIndex((line) => !/^-*\s*$/.test(line));
  if (trace === null) return { lines: block.slice(0, end + 1), error: "" };
  return { lines: [block[0] ?? "", ...trace.lines], error: trace.error };
}

/** A test's block in pytest's FAILURES or ERRORS, or its "ImportError while loading conftest". */
function pytestFailure(lines: readonly string[]): Found | null {
  const at = lines.findIndex((line) =>
    /^(?:_{3,} .{1,300} _{3,}|ImportError while loading conftest)/.test(line),
  );
  const from = at < 0 ? 0 : at;
  const firstE = lines.findIndex((line, i) => i >= from && /^E(?: {2,}|$)/.test(line));
  if (firstE < 0) return null;
  const block = upTo(lines, firstE, (line) => !/^E(?: {2,}|$)/.test(line));
  const source = lines.slice(from, firstE).findLast((line) => line.startsWith("> "));
  const where = lines
    .slice(firstE + block.length, firstE + block.length + 6)
    .find((line) => /^\S.{0,300}:\d+: /.test(line));
  const frame = lines.slice(from, firstE).findLast((line) => /^\S.{0,300}:\d+: /.test(line));
  const error = block.find((line) => EXCEPTION.test(line.slice(1).trimStart()))?.slice(1) ?? "";
  return {
    lines: [
      ...(at < 0 ? [] : [lines[at] ?? ""]),
      ...(source === undefined ? [] : [source]),
      ...(where === undefined && frame !== undefined ? [frame] : []),
      ...block,
      ...(where === undefined ? [] : [where]),
    ],
    error: error === "" && where !== undefined ? where.slice(where.lastIndexOf(": ") + 2) : error,
  };
}

/**
 * The last traceback of the first chain ("direct cause", "during handling"): what was raised in the
 * end is what the test saw. Its innermost frame, the exception and the lines of its message.
 */
function traceback(lines: readonly string[]): Found | null {
  let start = lines.findIndex(isTraceback);
  if (start < 0) {
    const syntax = lines.findIndex((line) =>
      /^(?:SyntaxError|IndentationError|TabError): /.test(line),
    );
    return syntax < 0
      ? null
      : { lines: lines.slice(Math.max(0, syntax - 3), syntax + 1), error: lines[syntax] ?? "" };
  }
  for (;;) {
    const raised = lines.findIndex(
      (line, i) => i > start && /^\S/.test(line) && !isTraceback(line),
    );
    if (raised < 0) return { lines: lines.slice(start, start + 12), error: "" };
    const chained = lines.slice(raised + 1, raised + 40).findIndex((line) => CHAINED.test(line));
    const next =
      chained < 0 ? -1 : lines.findIndex((line, i) => i > raised + chained && isTraceback(line));
    const isOther = lines
      .slice(raised + 1, raised + 1 + Math.max(chained, 0))
      .some((line) => RULE.test(line));
    if (next >= 0 && !isOther) {
      start = next;
      continue;
    }
    const frame = lines.findLastIndex((line, i) => i < raised && /^ +File "/.test(line));
    const message = upTo(
      lines,
      raised,
      (line, i) => i > raised && /^(?:-{20,}|={20,}|Ran \d+ test|FAILED|\+ )/.test(line),
    );
    const end = message.findLastIndex((line) => line.trim() !== "");
    return {
      lines: [
        lines[start] ?? "",
        ...(frame > start + 1 ? [CUT_MARK] : []),
        ...lines.slice(Math.max(frame, start + 1), raised),
        ...message.slice(0, end + 1),
      ],
      error: lines[raised] ?? "",
    };
  }
}

/** Where only a list of names is left of a run: "FAILED tests/a.py::test_b - ValueError: ...". */
function summaryLine(lines: readonly string[]): Found | null {
  const line =
    lines.find((one) => /^(?:FAILED|ERROR) \S/.test(one)) ??
    lines.find((one) => /^(?:E +)?(?:[\w.]{1,80}(?:Error|Exception)): /.test(one)) ??
    lines.find((one) => /\berror: /i.test(one) && !one.startsWith("+"));
  if (line === undefined) return null;
  const dash = line.indexOf(" - ");
  return { lines: [line], error: dash < 0 ? line : line.slice(dash + 3) };
}

const isTraceback = (line: string): boolean => line.startsWith("Traceback (most recent call last)");
const CHAINED =
  /^(?:The above exception was the direct cause|During handling of the above exception)/;
const EXCEPTION =
  /^((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception|Failed|Timeout|Exit|Interrupt|Warning|DoesNotExist)|Failed|[a-z_.]{1,80}\.[A-Z]\w{1,60})(?::|$|\s)/;

function exceptionOf(line: string): string | null {
  const text = line.trim();
  if (/^assert\b/.test(text)) return "AssertionError";
  return EXCEPTION.exec(text)?.[1] ?? null;
}

/** Lines from `from` until `isEnd`, without it. */
function upTo(
  lines: readonly string[],
  from: number,
  isEnd: (line: string, index: number) => boolean,
): string[] {
  const end = lines.findIndex((line, i) => i >= from && isEnd(line, i));
  return lines.slice(from, end < 0 ? lines.length : end);
}

/** Whole lines from the start; one that is too long alone is cut within. */
function fit(lines: readonly string[], maxChars: number): string {
  const whole = lines.join("\n");
  if (whole.length <= maxChars) return whole;
  const room = maxChars - CUT_MARK.length - 1;
  let text = "";
  for (const line of lines) {
    const more = text === "" ? line : `${text}\n${line}`;
    if (more.length > room) break;
    text = more;
  }
  if (text === "") text = (lines[0] ?? "").slice(0, Math.max(0, room)).toWellFormed();
  return `${text}\n${CUT_MARK}`;
}
