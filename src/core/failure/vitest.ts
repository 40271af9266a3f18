/** vitest: the line under the first FAIL, and errors that no test threw. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import { frameBelow } from "./node.ts";
import type { Finding, Log } from "./types.ts";

export function readVitest(log: Log): Finding | null {
  const isVitest = log.at("vitest").length > 0;
  if (!isVitest) return null;
  const heads = log.at("fail").filter((at) => /^\s*FAIL {1,2}\S/.test(lineAt(log, at)));
  const tests = [
    ...new Set(heads.flatMap((at) => / > (.{1,300})$/.exec(lineAt(log, at))?.[1] ?? [])),
  ];
  for (const head of heads.slice(0, 20)) {
    const at = nextFilled(
      log,
      seek(log, head + 1, 50, (line) => !/^\s*FAIL {1,2}\S/.test(line)),
      4,
    );
    if (at < 0 || /^\s*[⎯❯✓×]/u.test(lineAt(log, at))) continue;
    return found(log, at, tests);
  }
  const unhandled = seek(log, 0, 20_000, (line) =>
    /⎯ (?:Unhandled Rejection|Uncaught Exception|Unhandled Error|Startup Error) ⎯/.test(line),
  );
  const said = unhandled < 0 ? -1 : nextFilled(log, unhandled + 1, 4);
  if (said >= 0) return found(log, said, tests);
  const [coverage] = log.at("coverage").filter((at) => /does not meet/.test(lineAt(log, at)));
  if (coverage !== undefined) return whole(coverage, "runtime");
  const [none] = log.at("vitest").filter((at) => /No test files found/.test(lineAt(log, at)));
  return none === undefined ? null : whole(none, "runtime");
}

// ---------------------------------------------------------------------------------------------

function found(log: Log, at: number, tests: readonly string[]): Finding {
  const text = lineAt(log, at).trim();
  const category = /^(?:RolldownError|Error: (?:Parse failure|Transform failed|Build failed))/.test(
    text,
  )
    ? "syntax"
    : /^(?:Error: )?Snapshot .{0,200} mismatched/.test(text)
      ? "assertion"
      : text.startsWith("TypeCheckError")
        ? "attribute_type"
        : categoryOfMessage(text);
  return { runner: "vitest", at, category, strength: "test", tests, ...frameBelow(log, at) };
}

const whole = (at: number, category: Category): Finding => ({
  runner: "vitest",
  at,
  category,
  strength: "summary",
});
