/** prove and Test::More, whose reasons stand before the file's own line; bats. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek, seekBack } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readPerl(log: Log): Finding | null {
  return died(log) ?? failedTest(log) ?? bailedOut(log) ?? endedEarly(log) ?? harness(log);
}

export function readBats(log: Log): Finding | null {
  const head = log.at("bats").find((at) => PLACE.test(lineAt(log, at)));
  if (head === undefined) return null;
  const failed = seek(log, head, 6, (line) => /^\s*(?:#\s+)?`.{1,600}' failed/.test(line));
  if (failed < 0) return null;
  const place = seek(log, head, 4, (line) => /in test file/.test(line));
  const where = /in test file (\S{1,300}?), line (\d+)/.exec(lineAt(log, place));
  const said = shellSaid(log, failed);
  const text = lineAt(log, said < 0 ? failed : said).replace(/^\s*# ?/, "");
  const points = log.at("notOk").concat(log.at("batsMark"));
  return {
    runner: "bats",
    at: said < 0 ? failed : said,
    category: said < 0 ? ofCommand(lineAt(log, failed)) : ofShell(text),
    strength: "test",
    tests: points.map((at) => lineAt(log, at).replace(/^\s*(?:not ok \d+ |✗ )/, "")),
    ...(where === null ? {} : { file: where[1], line: Number(where[2]) }),
  };
}

// ---------------------------------------------------------------------------------------------

const PLACE = /^\s*(?:# )?\((?:in test file|from function)/;

/** What the shell said of the failing command, below it. */
function shellSaid(log: Log, failed: number): number {
  const stop = seek(log, failed + 1, 30, (line) =>
    /^(?:not ok|ok) \d|^ [✓✗] |^\d+ tests?,/.test(line),
  );
  const reach = (stop < 0 ? failed + 30 : stop) - failed - 1;
  return seek(log, failed + 1, reach, (line) =>
    /: line \d+: |: command not found|: No such file or directory|: Permission denied/.test(line),
  );
}

function ofShell(text: string): Category {
  if (/command not found|No such file|Permission denied/.test(text)) return "environment";
  if (/syntax error/.test(text) && !/error token|operand expected|division/.test(text))
    return "syntax";
  return "runtime";
}

/** A status of its own is a command that failed; a test that does not hold is an assertion. */
function ofCommand(line: string): Category {
  if (/failed with status 127/.test(line)) return "environment";
  if (/timeout|failed with status 124|due to timeout/.test(line)) return "timeout";
  return "assertion";
}

const DIED =
  /^(?:# ?)?(?:Error: +)?(Can't locate |Can't load |Global symbol |Bareword |syntax error at |Undefined subroutine|Can't call method|Can't use |Not an? \w+ reference|Illegal division|Modification of|Missing right|Unmatched |Can't find string terminator|Useless |Number found where|Deep recursion)/;

/** What perl itself says of a file that does not compile or run. */
function died(log: Log): Finding | null {
  const start = log.at("prove")[0] ?? log.at("perl")[0];
  if (start === undefined) return null;
  const at = seek(
    log,
    0,
    20_000,
    (line) => DIED.test(line) && / at \S+ line \d+|in @INC/.test(line),
  );
  if (at < 0) return null;
  const line = lineAt(log, at).replace(/^# ?/, "");
  const place = / at (\S{1,300}) line (\d+)/.exec(line);
  return {
    runner: "prove",
    at,
    category: ofDeath(line),
    strength: "test",
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

function ofDeath(line: string): Category {
  if (/^(?:Error: +)?Can't locate object method/.test(line)) return "attribute_type";
  if (/^(?:Error: +)?(?:Can't locate|Can't load) /.test(line)) return "import";
  if (/^(?:syntax error|Missing right|Unmatched|Can't find string|Number found)/.test(line))
    return "syntax";
  if (
    /^(?:Global symbol|Bareword|Undefined subroutine|Can't call method|Can't use|Not an?)/.test(
      line,
    )
  )
    return "attribute_type";
  return categoryOfMessage(line);
}

/** "#   Failed test 'x'", its place, then what came. */
function failedTest(log: Log): Finding | null {
  const heads = log
    .at("perl")
    .filter(
      (at) =>
        /^\s*#\s+Failed (?:\(TODO\) )?test\b/.test(lineAt(log, at)) &&
        !/TODO/.test(lineAt(log, at)),
    );
  const [head] = heads;
  if (head === undefined) return null;
  const place = seek(log, head, 3, (line) =>
    /^\s*#\s+(?:Failed test .{0,300})?at \S{1,300} line \d+\.?$/.test(line),
  );
  const where = / at (\S{1,300}) line (\d+)/.exec(lineAt(log, place < 0 ? head : place));
  const end = seek(
    log,
    head + 1,
    20,
    (line) => !/^\s*#/.test(line) || /Failed test|Looks like/.test(line),
  );
  const reach = (end < 0 ? head + 20 : end) - head - 1;
  const value = seek(log, head + 1, reach, (line) => /^\s*#\s+(?:got: |\$got|')/.test(line));
  const thrown = seek(log, head + 1, reach, (line) =>
    /^\s*#\s+(?:died: |Error:|Tried to (?:use|require))/.test(line),
  );
  const tests = heads.flatMap((at) => /Failed test '(.{1,300})'/.exec(lineAt(log, at))?.[1] ?? []);
  const isLoad = /Tried to (?:use|require)/.test(lineAt(log, thrown));
  return {
    runner: "prove",
    at: value >= 0 ? value : thrown >= 0 ? thrown : head,
    category: isLoad ? "import" : "assertion",
    strength: "test",
    tests,
    ...(where === null ? {} : { file: where[1], line: Number(where[2]) }),
  };
}

/** A file that died in its middle: the line before "Looks like your test exited". */
function endedEarly(log: Log): Finding | null {
  const end = log
    .at("perl")
    .find((at) => /^\s*# Looks like your test (?:exited|died)/.test(lineAt(log, at)));
  if (end === undefined) return null;
  const at = seekBack(
    log,
    end - 1,
    10,
    (line) => line.trim() !== "" && !/^(?:ok|not ok|1\.\.)|\.\. ?$/.test(line),
  );
  if (at < 0) return null;
  return {
    runner: "prove",
    at,
    category: categoryOfMessage(lineAt(log, at).trim()),
    strength: "test",
  };
}

/** A test that told the harness to stop altogether. */
function bailedOut(log: Log): Finding | null {
  const [at] = log.at("bailed");
  if (at === undefined) return null;
  const said = lineAt(log, at).replace(/^.{0,40}?(?:stopped: +|Bail out! +)/, "");
  return { runner: "prove", at, category: categoryOfMessage(`Error: ${said}`), strength: "test" };
}

/** Only the harness's words are left. */
function harness(log: Log): Finding | null {
  const summary = log.at("prove").find((at) => lineAt(log, at) === "Test Summary Report");
  if (summary === undefined || !log.at("prove").some((at) => lineAt(log, at) === "Result: FAIL"))
    return null;
  const at = nextFilled(log, summary + 2, 3);
  return at < 0 ? null : { runner: "prove", at, category: "runtime", strength: "wrapper" };
}
