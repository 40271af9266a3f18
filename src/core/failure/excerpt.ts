/**
 * What a prompt shows of a failure: Python's own blocks as a person would quote them (test, source line,
 * error, place), of every other runner the lines around the one that says why.
 */
import { CUT_MARK } from "../dataset/cut.ts";
import { openLog } from "./log.ts";
import { readOpened } from "./read.ts";
import { testOutput } from "./swebench.ts";

/**
 * The excerpt of a failed run's log, "" where it shows none. Linear in the log.
 * @param maxChars marks included; whole lines, and one that is too long alone is cut within.
 */
export function excerptOf(text: string, maxChars: number): string {
  const log = openLog(testOutput(text));
  const reading = readOpened(log);
  if (reading.category === null) return "";
  const { lines } = log;
  const python = pythonBlock(lines, maxChars) ?? "";
  if (!reading.known) return python === "" ? fit(reading.context.split("\n"), maxChars) : python;
  if (python.split("\n").some((line) => line.trimEnd() === reading.context)) return python;
  const at = lines.indexOf(reading.context);
  const name = reading.tests?.[0] ?? "";
  const shown = at < 0 ? [reading.context] : around(lines, at);
  const isNamed = name === "" || shown.some((line) => line.includes(name));
  return fit(isNamed ? shown : [name, ...shown], maxChars);
}

// ---------------------------------------------------------------------------------------------

/** A Python block, whole lines; what was left out between them is marked. null: there is none. */
function pythonBlock(lines: readonly string[], maxChars: number): string | null {
  const found = unittestFailure(lines) ?? pytestFailure(lines) ?? traceback(lines);
  return found === null ? null : fit(found, maxChars);
}

/** The line with the one before it and what belongs to it below: up to a gap of two lines. */
function around(lines: readonly string[], at: number): string[] {
  const shown = lines.slice(Math.max(0, at - 1), at + 1).filter((line) => line !== "");
  for (let below = at + 1; below < Math.min(lines.length, at + 12); below++) {
    const line = lines[below] ?? "";
    if (line === "" && (lines[below + 1] ?? "") === "") break;
    shown.push(line);
  }
  return shown;
}

const RULE = /^={20,}\s*$/;

/** "FAIL: test (module.Class)" under a rule of "=": header, last frame, exception and its message. */
function unittestFailure(lines: readonly string[]): readonly string[] | null {
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
  if (trace === null) return block.slice(0, end + 1);
  return [block[0] ?? "", ...trace];
}

/** A test's block in pytest's FAILURES or ERRORS, or its "ImportError while loading conftest". */
function pytestFailure(lines: readonly string[]): readonly string[] | null {
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
  return [
    ...(at < 0 ? [] : [lines[at] ?? ""]),
    ...(source === undefined ? [] : [source]),
    ...(where === undefined && frame !== undefined ? [frame] : []),
    ...block,
    ...(where === undefined ? [] : [where]),
  ];
}

/**
 * The last traceback of the first chain ("direct cause", "during handling"): what was raised in the
 * end is what the test saw. Its innermost frame, the exception and the lines of its message.
 */
function traceback(lines: readonly string[]): readonly string[] | null {
  let start = lines.findIndex(isTraceback);
  if (start < 0) {
    const syntax = lines.findIndex((line) =>
      /^(?:SyntaxError|IndentationError|TabError): /.test(line),
    );
    return syntax < 0 ? null : lines.slice(Math.max(0, syntax - 3), syntax + 1);
  }
  for (;;) {
    const raised = lines.findIndex(
      (line, i) => i > start && /^\S/.test(line) && !isTraceback(line),
    );
    if (raised < 0) return lines.slice(start, start + 12);
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
    return [
      lines[start] ?? "",
      ...(frame > start + 1 ? [CUT_MARK] : []),
      ...lines.slice(Math.max(frame, start + 1), raised),
      ...message.slice(0, end + 1),
    ];
  }
}

const isTraceback = (line: string): boolean => line.startsWith("Traceback (most recent call last)");
const CHAINED =
  /^(?:The above exception was the direct cause|During handling of the above exception)/;

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
