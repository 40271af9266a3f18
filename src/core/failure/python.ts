/** Python outside of a test runner: tracebacks, doctest, the interpreter's own words, pip. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek, seekBack } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

/** A script's traceback, a module's doctest, or what the interpreter said instead of starting. */
export function readPython(log: Log): Finding | null {
  return doctestModule(log) ?? scriptFailure(log) ?? interpreter(log) ?? pip(log);
}

/** Where the exception stands that the traceback in [from, end) ends with; the last of a chain. */
export function raisedIn(log: Log, from: number, end: number): number | null {
  const start = seekBack(log, end - 1, end - from, isTraceback);
  if (start < 0) return null;
  const indent = lineAt(log, start).length - lineAt(log, start).trimStart().length;
  const raised = seek(log, start + 1, Math.min(end - start - 1, TRACE), (line) => {
    const text = line.slice(indent);
    return /^[A-Za-z_]/.test(text) && line.slice(0, indent).trim() === "";
  });
  return raised < 0 || raised >= end ? null : raised;
}

/** The innermost frame above an exception. */
export function frameAbove(log: Log, at: number): { file?: string; line?: number } {
  const frame = FILE.exec(
    lineAt(
      log,
      seekBack(log, at - 1, 12, (line) => FILE.test(line)),
    ),
  );
  return frame === null ? {} : { file: frame[1] ?? "", line: Number(frame[2]) };
}

/** A doctest in [from, end): what the example raised, else the value it gave. */
export function doctestFailure(
  log: Log,
  from: number,
  end: number,
  runner: string,
): Finding | null {
  const within = (line: number): number => (line >= 0 && line < end ? line : -1);
  const unexpected = within(
    seek(log, from, end - from, (line) => line.startsWith("UNEXPECTED EXCEPTION: ")),
  );
  const got = within(seek(log, from, end - from, (line) => line === "Got:"));
  const raisedHead = within(
    seek(log, from, end - from, (line) => /^Exception raised:$/.test(line)),
  );
  const place = /^(?:File "([^"\n]{1,300})", line |(\S[^:\n]{0,300}):)(\d+)/;
  const where = place.exec(
    lineAt(
      log,
      seek(log, from, end - from, (line) => place.test(line)),
    ),
  );
  const at = {
    file: where?.[1] ?? where?.[2],
    line: where === null ? undefined : Number(where[3]),
  };
  if (unexpected >= 0 || raisedHead >= 0) {
    const raised =
      raisedIn(log, Math.max(unexpected, raisedHead), end) ?? Math.max(unexpected, raisedHead);
    const category = categoryOfMessage(lineAt(log, raised).trim());
    return { runner, at: raised, category, strength: "test", ...at };
  }
  const nothing = within(seek(log, from, end - from, (line) => line === "Expected nothing"));
  const value = got >= 0 ? nextFilled(log, got + 1, 3) : nothing;
  if (value < 0) return null;
  return { runner, at: value, category: "assertion", strength: "test", ...at };
}

// ---------------------------------------------------------------------------------------------

/** Lines of a traceback that are looked at. */
const TRACE = 4000;

const isTraceback = (line: string): boolean =>
  line.trimStart().startsWith("Traceback (most recent call last)");
const FILE = /^\s*File "([^"\n]{1,400})", line (\d+)/;
const CHAINED =
  /^\s*(?:The above exception was the direct cause|During handling of the above exception)/;

function doctestModule(log: Log): Finding | null {
  const head = log.at("doctest").find((at) => lineAt(log, at) === "Failed example:");
  if (head === undefined) return null;
  const end = seek(log, head, 400, (line) => /^\*{20,}$/.test(line));
  const last = end < 0 ? Math.min(log.lines.length, head + 400) : end;
  return doctestFailure(log, Math.max(0, head - 1), last, "doctest");
}

/** The first chain of tracebacks: what was raised in the end is what its reader saw. */
function scriptFailure(log: Log): Finding | null {
  const starts = log.at("traceback").filter((at) => isTraceback(lineAt(log, at)));
  const [first] = starts;
  if (first === undefined) return bareSyntaxError(log);
  let raised = raisedIn(log, first, nextStart(starts, first, log));
  for (const start of starts.slice(1, 50)) {
    if (raised === null || seek(log, raised + 1, start - raised, (line) => CHAINED.test(line)) < 0)
      break;
    if (start - raised > 60) break;
    raised = raisedIn(log, start, nextStart(starts, start, log)) ?? raised;
  }
  if (raised === null) return null;
  const category = categoryOfMessage(lineAt(log, raised).trim());
  return { runner: "python", at: raised, category, strength: "build", ...frameAbove(log, raised) };
}

function nextStart(starts: readonly number[], start: number, log: Log): number {
  return starts.find((at) => at > start) ?? log.lines.length;
}

/** A file that does not parse has no traceback of its own. */
function bareSyntaxError(log: Log): Finding | null {
  const at = log
    .at("pyError")
    .find((one) => /^\s*(?:Syntax|Indentation|Tab)Error: /.test(lineAt(log, one)));
  if (at === undefined || seekBack(log, at, 8, (line) => FILE.test(line)) < 0) return null;
  return { runner: "python", at, category: "syntax", strength: "build", ...frameAbove(log, at) };
}

function interpreter(log: Log): Finding | null {
  const [missing] = log
    .at("noModule")
    .filter((at) => /python[\d.]*: No module named /.test(lineAt(log, at)));
  if (missing !== undefined) return said("python", missing, "import");
  const file = log.at("pyError").find((at) => lineAt(log, at).includes("can't open file"));
  return file === undefined ? null : said("python", file, "environment");
}

function pip(log: Log): Finding | null {
  const at = log.at("pip")[0];
  return at === undefined ? null : said("pip", at, "environment");
}

function said(runner: string, at: number, category: Category): Finding {
  return { runner, at, category, strength: "build" };
}
