/** make, ninja, cmake and ctest: they run others, whose own reasons go first. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled } from "./log.ts";
import type { Finding, Log } from "./types.ts";

export function readCmake(log: Log): Finding | null {
  const [head] = log.at("cmake").filter((at) => lineAt(log, at).startsWith("CMake Error"));
  if (head === undefined) return null;
  const below = nextFilled(log, head + 1, 3);
  const text = lineAt(log, below).trim();
  const place = /^CMake Error at (.{1,300}?):(\d+) /.exec(lineAt(log, head));
  const isNamed =
    /^(?:Unknown CMake command|Cannot find source file|Parse error|Could NOT find|No SOURCES given)/.test(
      text,
    );
  return {
    runner: "cmake",
    at: isNamed ? below : head,
    category: ofCmake(`${lineAt(log, head)} ${text}`),
    strength: "build",
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

/** A test's own output, where ctest shows it, was read before this. */
export function readCtest(log: Log): Finding | null {
  const rows = log.at("stars").filter((at) => ROW.test(lineAt(log, at)));
  const [row] = rows;
  const listed = log.at("ctest").length === 0 ? undefined : summaryRow(log);
  const at = row ?? listed;
  if (at === undefined) return null;
  const line = lineAt(log, at);
  const isLimit = /\*\*\*Timeout|\(Timeout\)/.test(line);
  const tests = rows.flatMap((one) => ROW.exec(lineAt(log, one))?.[1] ?? []);
  const isCrash = /\*\*\*Exception|\((?:SEGFAULT|ILLEGAL|Child aborted|Subprocess aborted)/.test(
    line,
  );
  return {
    runner: "ctest",
    at,
    category: isLimit
      ? "timeout"
      : /\*\*\*Not Run|\(Not Run\)/.test(line)
        ? "environment"
        : "runtime",
    strength: isLimit ? "test" : isCrash ? "summary" : "wrapper",
    tests,
  };
}

export function readMake(log: Log): Finding | null {
  const at = log
    .at("make")
    .concat(log.at("stars"))
    .sort((a, b) => a - b)
    .find((one) => STOPS.test(lineAt(log, one)));
  if (at === undefined) return null;
  const line = lineAt(log, at);
  const category: Category = /missing separator|recipe commences|unterminated|missing .endif/.test(
    line,
  )
    ? "syntax"
    : /^ninja: error: .{0,300}missing and no known rule|: (?:Command not found|No such file or directory)/.test(
          line,
        )
      ? "environment"
      : "runtime";
  const place = /^(\S{1,300}?):(\d+): \*\*\*/.exec(line);
  return {
    runner: line.startsWith("ninja") ? "ninja" : "make",
    at,
    category,
    strength: /Error \d+/.test(line) ? "wrapper" : "summary",
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

// ---------------------------------------------------------------------------------------------

const ROW = /^\s*\d+\/\d+ Test\s+#\d+: (\S{1,200}?)\s\.*\s*(?:\w[\w ]{0,40})?\*\*\*/;
const LISTED =
  /^\s+\d+ - \S{1,200} \((?:Failed|Timeout|SEGFAULT|Not Run|ILLEGAL|NUMERICAL|BAD_COMMAND|OTHER_FAULT|(?:Child|Subprocess) aborted)\)/;
const STOPS =
  /^(?:g?make(?:\[\d+\])?: (?:\*\*\* )?(?:\[|No |\S{1,200}: (?:Command not found|No such file))|\S{1,300}:\d+: \*\*\* |g?make(?:\[\d+\])?: \*\*\* |ninja: error: )/;

function summaryRow(log: Log): number | undefined {
  const head = log
    .at("ctest")
    .find((at) => lineAt(log, at).startsWith("The following tests FAILED"));
  if (head === undefined) return undefined;
  const at = nextFilled(log, head + 1, 3);
  return at >= 0 && LISTED.test(lineAt(log, at)) ? at : undefined;
}

function ofCmake(text: string): Category {
  if (
    /Parse error|Expected a command name|Function missing ending|Flow control statements/.test(text)
  )
    return "syntax";
  if (
    /\(find_package\)|\(find_library\)|Could NOT find|Could not find|include could not find|\(include\)|Cannot find source file|\(pkg_check_modules\)|\(message\).{0,20}Could/.test(
      text,
    )
  )
    return "import";
  if (/Unknown CMake command|incorrect (?:arguments|number)/.test(text)) return "attribute_type";
  return /CMAKE_\w+_COMPILER|compiler|generator|does not (?:appear to contain|exist)|or higher is required|Compatibility with CMake|not a directory/.test(
    text,
  )
    ? "environment"
    : "runtime";
}
