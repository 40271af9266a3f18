/** Tests of C and C++: gtest, Catch2, cmocka, Check, plain assert; sanitizers and valgrind. */
import type { Category } from "./categories.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { categoryOfMessage } from "./message.ts";
import type { Finding, Log } from "./types.ts";

export function readCTests(log: Log): Finding | null {
  return gtest(log) ?? catch2(log) ?? cmocka(log) ?? check(log);
}

/** What ends a program: sanitizers, an assert, an exception that nobody caught. */
export function readCrash(log: Log): Finding | null {
  return sanitizer(log) ?? valgrind(log) ?? asserted(log) ?? terminated(log);
}

// ---------------------------------------------------------------------------------------------

function gtest(log: Log): Finding | null {
  const names = log
    .at("gtestEnd")
    .flatMap(
      (at) => /^\[ {2}FAILED {2}\] (\S+?)(?:,| \(\d+ ms\)|$)/.exec(lineAt(log, at))?.[1] ?? [],
    );
  const tests = [...new Set(names.filter((name) => /\./.test(name)))];
  const head = log.at("place").find((at) => /^\S[^\n]{0,300}:\d+: Failure$/.test(lineAt(log, at)));
  const [unknown] = head === undefined ? unknownFile(log) : [];
  const first = head ?? unknown;
  if (first === undefined) return null;
  const at = nextFilled(log, first + 1, 3);
  const text = lineAt(log, at).trim();
  const place = /^(\S[^\n]{0,300}?):(\d+): Failure$/.exec(lineAt(log, first));
  const isThrown = /^(?:C\+\+ exception|Unknown C\+\+ exception|SEH exception)/.test(text);
  return {
    runner: "gtest",
    at: at < 0 ? first : at,
    category: isThrown ? "runtime" : "assertion",
    strength: "test",
    tests,
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

function unknownFile(log: Log): readonly number[] {
  if (log.at("gtestEnd").length === 0) return [];
  const at = seek(log, 0, 20_000, (line) => line === "unknown file: Failure");
  return at < 0 ? [] : [at];
}

/** The expression with its values; what it threw; the signal. */
function catch2(log: Log): Finding | null {
  const head = log.at("place").find((at) => /:\d+: FAILED:$/.test(lineAt(log, at)));
  if (head === undefined) return null;
  const place = /^(\S[^\n]{0,300}?):(\d+): FAILED:$/.exec(lineAt(log, head));
  const lead = seek(log, head + 1, 8, (line) =>
    /^(?:with expansion:|due to |explicitly with message)/.test(line),
  );
  const value = lead < 0 ? nextFilled(log, head + 1, 3) : nextFilled(log, lead + 1, 3);
  const isThrown = lineAt(log, lead).startsWith("due to");
  return {
    runner: "catch2",
    at: value < 0 ? head : value,
    category: isThrown ? "runtime" : "assertion",
    strength: "test",
    file: place?.[1],
    line: Number(place?.[2]),
  };
}

function cmocka(log: Log): Finding | null {
  const at =
    log.at("cmocka").find((one) => /^\[ {2}ERROR {3}\] --- \S/.test(lineAt(log, one))) ??
    log.at("cmocka").find((one) => /--- \S{1,300}:\d+: error: Failure!/.test(lineAt(log, one)));
  if (at === undefined) return null;
  const isCrash = /Test failed with exception|Segmentation fault/.test(lineAt(log, at));
  const place = /(\S{1,300}?):(\d+): error: Failure!/;
  const where = place.exec(
    lineAt(
      log,
      seek(log, at + 1, 4, (line) => place.test(line)),
    ),
  );
  const names = log
    .at("gtestEnd")
    .flatMap((one) => /^\[ {2}FAILED {2}\] (\w+)$/.exec(lineAt(log, one))?.[1] ?? []);
  return {
    runner: "cmocka",
    at,
    category: isCrash ? "runtime" : "assertion",
    strength: "test",
    tests: [...new Set(names)],
    ...(where === null ? {} : { file: where[1], line: Number(where[2]) }),
  };
}

const CHECK = /^(\S[^:\n]{0,300}):(\d+):([FE]):([^:\n]{1,80}):([^:\n]{1,120}):\d+: (.*)$/;

function check(log: Log): Finding | null {
  const entries = log.at("place").filter((at) => CHECK.test(lineAt(log, at)));
  const [at] = entries;
  if (at === undefined) return null;
  const found = CHECK.exec(lineAt(log, at));
  const isLimit = /Test timeout expired/.test(found?.[6] ?? "");
  const category: Category = isLimit ? "timeout" : found?.[3] === "E" ? "runtime" : "assertion";
  const tests = entries.flatMap((one) => CHECK.exec(lineAt(log, one))?.[5] ?? []);
  return {
    runner: "check",
    at,
    category,
    strength: "test",
    tests,
    file: found?.[1],
    line: Number(found?.[2]),
  };
}

function sanitizer(log: Log): Finding | null {
  const named = log
    .at("sanitizerName")
    .find((at) => /(?:ERROR|WARNING): \w+Sanitizer: /.test(lineAt(log, at)));
  if (named !== undefined) return crash("sanitizer", named);
  const undefinedAt = log
    .at("runtimeError")
    .find((at) => /^\S{1,300}:\d+:\d+: runtime error: /.test(lineAt(log, at)));
  return undefinedAt === undefined ? null : crash("sanitizer", undefinedAt);
}

const VALGRIND =
  /^==\d+== (?:Invalid (?:read|write|free)|Conditional jump|Use of uninitialised|Syscall param|Mismatched free|Process terminating|Jump to the invalid|Source and destination overlap| +definitely lost: [1-9]|[\d,]+ (?:\([\d,]+ direct, [\d,]+ indirect\) )?bytes in [\d,]+ blocks are definitely lost)/;

function valgrind(log: Log): Finding | null {
  const at = log.at("sanitizer").find((one) => VALGRIND.test(lineAt(log, one)));
  return at === undefined ? null : crash("valgrind", at);
}

const ASSERT = /^(?:.{0,300}: )?(\S{1,300}?):(\d+): .{0,300}Assertion `.{0,600}' failed\.?/;
const BSD = /^Assertion failed: \(.{0,600}\), function .{0,200}, file (.{1,300}), line (\d+)/;

function asserted(log: Log): Finding | null {
  const at = log
    .at("cAssert")
    .concat(log.at("cAssertBsd"))
    .find((one) => ASSERT.test(lineAt(log, one)) || BSD.test(lineAt(log, one)));
  if (at === undefined) return null;
  const found = ASSERT.exec(lineAt(log, at)) ?? BSD.exec(lineAt(log, at));
  return {
    runner: "assert",
    at,
    category: "assertion",
    strength: "build",
    file: found?.[1],
    line: Number(found?.[2]),
  };
}

function terminated(log: Log): Finding | null {
  const [at] = log.at("terminate");
  if (at === undefined) return null;
  const what = lineAt(
    log,
    seek(log, at + 1, 2, (line) => /^\s*what\(\): /.test(line)),
  );
  const said = categoryOfMessage(what.replace(/^\s*what\(\): +/, "Error: "));
  return { ...crash("c++", at), category: said === "environment" ? said : "runtime" };
}

const crash = (runner: string, at: number): Finding => ({
  runner,
  at,
  category: "runtime",
  strength: "build",
});
