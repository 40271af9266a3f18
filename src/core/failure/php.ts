/** PHPUnit and php itself. */
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readPhp(log: Log): Finding | null {
  return phpunit(log) ?? fatal(log) ?? phpunitNotice(log);
}

// ---------------------------------------------------------------------------------------------

/** "1) T::test", what was thrown or did not hold, a path alone. */
function phpunit(log: Log): Finding | null {
  const isPhpunit = log.at("phpunit").length > 0;
  const heads = log
    .at("numbered")
    .filter((at) => /^\d\) [\w\\]{1,300}(?:::\S.*)?$/.test(lineAt(log, at)));
  const [head] = heads;
  if (!isPhpunit || head === undefined) return null;
  const at = nextFilled(log, head + 1, 3);
  if (at < 0) return null;
  const tests = heads.map((one) => lineAt(log, one).slice(3));
  const shown = seek(log, at, 12, (line) => line.startsWith("Failed asserting"));
  const reason = shown >= 0 ? shown : at;
  const place = /^(\/\S{1,300}?):(\d+)$/;
  const where = place.exec(
    lineAt(
      log,
      seek(log, at, 80, (line) => place.test(line)),
    ),
  );
  const text = lineAt(log, reason).trim();
  const category = shown >= 0 ? "assertion" : categoryOfMessage(text);
  return {
    runner: "phpunit",
    at: reason,
    category,
    strength: "test",
    tests,
    ...(where === null ? {} : { file: where[1], line: Number(where[2]) }),
  };
}

function fatal(log: Log): Finding | null {
  const at = log
    .at("php")
    .find((one) => /^(?:PHP )?(?:Fatal|Parse) error: /.test(lineAt(log, one)));
  if (at === undefined) {
    const [file] = log
      .at("php")
      .filter((one) => lineAt(log, one).startsWith("Could not open input file"));
    return file === undefined
      ? null
      : { runner: "php", at: file, category: "environment", strength: "build" };
  }
  const line = lineAt(log, at);
  const text = line.replace(/^(?:PHP )?(?:Fatal|Parse) error: +(?:Uncaught )?/, "");
  const place = / in (\/?\S{1,300}?)(?: on line |:)(\d+)$/.exec(line);
  const isSyntax = /Parse error: |^ParseError|syntax error/.test(line);
  return {
    runner: "php",
    at,
    category: isSyntax ? "syntax" : categoryOfMessage(text),
    strength: "build",
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

/** What phpunit says where no test ran. */
function phpunitNotice(log: Log): Finding | null {
  if (log.at("phpunit").length === 0) return null;
  const at = seek(log, 0, 400, (line) =>
    /^(?:No tests executed|Cannot open file|Could not read|Test file ".{1,300}" not found|Unknown option|Class .{1,200} could not be found)/.test(
      line,
    ),
  );
  return at < 0 ? null : { runner: "phpunit", at, category: "runtime", strength: "summary" };
}
