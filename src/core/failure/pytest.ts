/**
 * pytest, with xdist, timeout, rerunfailures and coverage: the last thing raised in the first failing
 * block; where the blocks are cut off, what the summary or the runner itself still says.
 */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek, seekBack } from "./log.ts";
import { categoryOfMessage, exceptionOf, isException } from "./message.ts";
import { doctestFailure, raisedIn } from "./python.ts";
import type { Finding, Log, Strength } from "./types.ts";

export function readPytest(log: Log): Finding | null {
  const found = blockFailure(log) ?? lineFailure(log) ?? summary(log) ?? stopped(log) ?? only(log);
  return found === null ? null : { ...found, tests: failing(log) };
}

// ---------------------------------------------------------------------------------------------

/** Lines of one failing block that are looked at. */
const BLOCK = 3000;

const isE = (line: string): boolean =>
  (line.startsWith("E  ") && !PHPUNIT_DOTS.test(line)) || line === "E";
/** "E    1 / 1 (100%)": PHPUnit's progress looks like an E line. */
const PHPUNIT_DOTS = /^E +\d+ \/ \d+ \(/;
const bare = (line: string): string => line.slice(1).trim();

function finding(log: Log, at: number, category: Category, strength: Strength = "test"): Finding {
  return { runner: "pytest", at, category, strength, ...placeBehind(log, at) };
}

/** The first block under FAILURES or ERRORS that gives a reason. */
function blockFailure(log: Log): Finding | null {
  const heads = log.at("pyHead").filter((at) => /^_{3,} .{1,400}? _{3,}$/.test(lineAt(log, at)));
  for (const head of heads.slice(0, 20)) {
    const end = blockEnd(log, head + 1);
    const found = inBlock(log, head, end);
    if (found !== null) return found;
  }
  const first = log.at("pyE").find((at) => isE(lineAt(log, at)));
  if (first === undefined) return null;
  const end = blockEnd(log, first);
  const block = inBlock(log, first - 1, end);
  // A filtered log has the E lines of a whole chain in one run: the summary knows which came last.
  const isWhole =
    block !== null && isReason(bare(lineAt(log, block.at))) && raisedTimes(log, first, end) < 2;
  return isWhole ? block : (summary(log) ?? block);
}

function raisedTimes(log: Log, from: number, end: number): number {
  return log.at("pyE").filter((at) => at >= from && at < end && isException(bare(lineAt(log, at))))
    .length;
}

/** A block ends at the next head, at a rule, or where captured output is shown. */
function blockEnd(log: Log, from: number): number {
  const end = seek(log, from, BLOCK, (line) =>
    /^(?:_{3,} .{1,400}? _{3,}$|={5,}|-{5,} (?:Captured|generated|coverage)|!{5,})/.test(line),
  );
  return end < 0 ? Math.min(log.lines.length, from + BLOCK) : end;
}

function inBlock(log: Log, head: number, end: number): Finding | null {
  const last = seekBack(log, end - 1, end - head, isE);
  if (last >= 0) {
    const above = seekBack(log, last, last - head, (line) => !isE(line));
    const at = reasonIn(log, above < 0 ? head + 1 : above + 1, last);
    const text = bare(lineAt(log, at));
    return finding(log, at, categoryOf(log, text, last));
  }
  const group = seek(log, head, end - head, (line) =>
    /^\s+\| (?:Base)?ExceptionGroup: /.test(line),
  );
  if (group >= 0) return finding(log, group, "runtime");
  const strict = seek(log, head, end - head, (line) => line.startsWith("[XPASS(strict)]"));
  if (strict >= 0) return finding(log, strict, "assertion");
  const crash = seek(log, head, end - head, (line) => line.includes("crashed while running"));
  if (crash >= 0) return finding(log, crash, "runtime");
  return (
    doctestFailure(log, head, end, "pytest") ??
    nativeFailure(log, head, end) ??
    collected(log, head, end)
  );
}

/** The line of a run of E lines that names what was raised: its first, but for a quoted source file. */
function reasonIn(log: Log, first: number, last: number): number {
  const start = seek(log, first, last - first + 1, (line) => bare(line) !== "");
  const from = start < 0 ? first : start;
  if (!/^(?:File "|Traceback )/.test(bare(lineAt(log, from)))) return from;
  const raised = seekBack(log, last, last - from + 1, (line) => isException(bare(line)));
  return raised < 0 ? from : raised;
}

function categoryOf(log: Log, text: string, last: number): Category {
  if (/^fixture '.{1,200}' not found/.test(text)) return "runtime";
  if (text.startsWith("[XPASS(strict)]")) return "assertion";
  const place = seek(log, last + 1, 4, (line) => PLACE.test(line));
  const named = PLACE.exec(place < 0 ? "" : lineAt(log, place))?.[3] ?? "";
  const name = exceptionOf(text) || named;
  return categoryOfMessage(text, "runtime", name);
}

const PLACE = /^(\S[^:\n]{0,300}):(\d+): ([\w.]+)$/;

/** "test_a.py:5: AssertionError" behind the E lines, or the frame above them with --tb=short. */
function placeBehind(log: Log, at: number): { file?: string; line?: number } {
  const behind = seek(log, at + 1, 40, (line) => PLACE.test(line));
  const found =
    PLACE.exec(behind < 0 ? "" : lineAt(log, behind)) ??
    FRAME.exec(
      lineAt(
        log,
        seekBack(log, at, 8, (line) => FRAME.test(line)),
      ),
    );
  if (found === null) return {};
  return { file: found[1] ?? "", line: Number(found[2]) };
}

const FRAME = /^(\S[^:\n]{0,300}):(\d+): in /;

/** What stops a file's collection may be said plainly, without an exception. */
function collected(log: Log, head: number, end: number): Finding | null {
  if (!/^_+ ERROR collecting /.test(lineAt(log, head))) return null;
  const at = nextFilled(log, head + 1, 4);
  return at < 0 || at >= end ? null : finding(log, at, categoryOfMessage(lineAt(log, at)));
}

/** --tb=native. */
function nativeFailure(log: Log, head: number, end: number): Finding | null {
  const raised = raisedIn(log, head, end);
  if (raised === null) return null;
  return finding(log, raised, categoryOfMessage(lineAt(log, raised)));
}

/** --tb=line: "path:5: AssertionError: assert …" alone under FAILURES. */
function lineFailure(log: Log): Finding | null {
  const rule = log.at("pyRule").find((at) => /= (?:FAILURES|ERRORS) =/.test(lineAt(log, at)));
  if (rule === undefined) return null;
  const at = seek(log, rule + 1, 50, (line) => isReason(LINE.exec(line)?.[3] ?? ""));
  const found = LINE.exec(lineAt(log, at));
  if (found === null) return null;
  const category = categoryOfMessage(found[3] ?? "", "assertion");
  return {
    runner: "pytest",
    at,
    category,
    strength: "test",
    file: found[1],
    line: Number(found[2]),
  };
}

const isReason = (text: string): boolean => isException(text) || text.startsWith("assert ");
const LINE = /^(\S[^:\n]{0,300}):(\d+): (\S.*)$/;

/** What ended the run itself. */
function stopped(log: Log): Finding | null {
  const [timeout] = log.at("pyTimeout");
  if (timeout !== undefined)
    return { runner: "pytest", at: timeout, category: "timeout", strength: "test" };
  const [fatal] = log.at("pyFatal");
  if (fatal !== undefined)
    return { runner: "pytest", at: fatal, category: "runtime", strength: "test" };
  const [crash] = log.at("workerCrash");
  if (crash !== undefined)
    return { runner: "pytest", at: crash, category: "runtime", strength: "test" };
  const internal = log.at("pyInternal");
  const raised = internal.findLast((at) => isException(lineAt(log, at).slice(INTERNAL)));
  if (raised !== undefined) {
    return finding(log, raised, categoryOfMessage(lineAt(log, raised).slice(INTERNAL)));
  }
  const [usage] = log.at("pyUsage").filter((at) => !lineAt(log, at).includes("usage:"));
  if (usage !== undefined)
    return { runner: "pytest", at: usage, category: "runtime", strength: "build" };
  return null;
}

const INTERNAL = "INTERNALERROR> ".length;

/** "FAILED path::name - TypeError: …": all that a cut or filtered log may have kept. */
function summary(log: Log): Finding | null {
  const entries = log.at("pySummary").filter((at) => ENTRY.test(lineAt(log, at)));
  const told = entries.find((at) => (ENTRY.exec(lineAt(log, at))?.[3] ?? "") !== "");
  if (told !== undefined) {
    const entry = ENTRY.exec(lineAt(log, told));
    const category = categoryOfMessage(entry?.[3] ?? "", "assertion");
    return {
      runner: "pytest",
      at: told,
      category,
      strength: "test",
      file: entry?.[2]?.split("::")[0],
    };
  }
  return null;
}

const ENTRY =
  /^(FAILED|ERROR|SUBFAILED\S{0,200}|SUBFAIL) (\S+?(?:\.py|::)\S*(?:\[[^\n]{0,200}?\])?)(?: - (.*))?$/;

/** What stands beside passing tests, or where none ran. */
function only(log: Log): Finding | null {
  const [coverage] = log.at("pyCoverage");
  if (coverage !== undefined) {
    return { runner: "pytest", at: coverage, category: "runtime", strength: "summary" };
  }
  const none = log.at("pyRule").find((at) => /= no tests ran in /.test(lineAt(log, at)));
  if (none !== undefined)
    return { runner: "pytest", at: none, category: "runtime", strength: "wrapper" };
  return null;
}

function failing(log: Log): readonly string[] {
  const names = log.at("pySummary").flatMap((at) => ENTRY.exec(lineAt(log, at))?.[2] ?? []);
  if (names.length > 0) return names;
  return log
    .at("pyHead")
    .flatMap(
      (at) =>
        /^_{3,} (?:ERROR (?:at \w+ of|collecting) )?(\S.{0,300}?) _{3,}$/.exec(
          lineAt(log, at),
        )?.[1] ?? [],
    );
}
